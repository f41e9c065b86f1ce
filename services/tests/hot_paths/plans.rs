//! Query plans of both databases, and their faults.

use sea_orm::sqlx::{self, AssertSqlSafe, PgConnection, Row, SqliteConnection};

/// Statements that may sort or scan, by a part of the statement and a part of the plan's step.
const ALLOWED: [(&str, &str); 15] = [
    // One row for each process of the last day.
    (r#"DELETE FROM "write_probe""#, "write_probe"),
    // Partial indexes of the few rows that an older version wrote.
    (r#""search_title" IS NULL"#, "booking_without_search_title"),
    (r#""search_name" IS NULL"#, "person_without_search_name"),
    // A partial index in the order of the list, read up to its limit. PostgreSQL knows that each of its rows is a talent.
    ("bio <> '' AND craft IS NOT NULL ORDER BY", "person_suggested"),
    // A person's sessions and access tokens: a hundred devices at most.
    (r#"FROM "session" WHERE "session"."person_id" = "#, "TEMP B-TREE FOR ORDER BY"),
    // A person's own conversations, locked when they change their name or delete their account.
    (r#"ORDER BY "conversation"."id" ASC"#, "TEMP B-TREE FOR ORDER BY"),
    // The counterparts of people whose presence changes.
    ("SELECT DISTINCT", "TEMP B-TREE FOR DISTINCT"),
    // A person's unanswered requests, or agreed bookings, for days to come, in the order of the inbox.
    (r#""booking"."event_date" >= ? AND "booking"."status" = ?"#, "TEMP B-TREE FOR ORDER BY"),
    // Messages left unread for at most two days that no digest has covered.
    (r#"GROUP BY "notification"."person_id""#, "TEMP B-TREE FOR"),
    (r#"ORDER BY "created_at" + ? ASC"#, "TEMP B-TREE FOR ORDER BY"),
    (r#"GROUP BY "notification"."kind""#, "TEMP B-TREE FOR GROUP BY"),
    // A person's known devices: two hundred at most.
    (r#"IN (SELECT "fingerprint" FROM "known_device""#, "TEMP B-TREE FOR ORDER BY"),
    // Unconfirmed accounts are few: they are deleted after a week.
    (r#"NOT IN (SELECT "person_id" FROM "token")"#, "TEMP B-TREE FOR ORDER BY"),
    // And the tokens still valid, whose owners are kept.
    (r#"NOT IN (SELECT "person_id" FROM "token")"#, "Scan on token_by_person_id_purpose"),
    // A foreign-key check that runs only if an earlier row of the same statement referred to nothing.
    (r#"INSERT INTO "conversation""#, "SCAN notification"),
];

/// Statements with a keyset or a single row to find, and the index condition that their plan must contain. Each use of
/// an index of people needs a row: a list of people takes one that holds no others than those listed, or in the wanted
/// order.
const NARROW: [(&str, &str); 24] = [
    ("bio <> '' AND craft IS NOT NULL ORDER BY", "person_suggested (role=?)"),
    (
        r#"bio <> '' AND craft IS NOT NULL) AND "person"."public_profile""#,
        "person_featured (role=? AND public_profile=?)",
    ),
    ("email_verified AND slug IS NULL", "person_without_slug (role=?)"),
    (r#""person"."slug" = ?"#, "person_by_slug (slug=?)"),
    (r#""person"."slug" IN"#, "person_by_slug (slug=?)"),
    // The directory, in its order: few talents aren't confirmed, and the search reads the index only.
    (r#"ORDER BY "person"."name" ASC"#, "person_by_role_name_id_search_name (role=?"),
    (r#""person"."created_at" < ?"#, "(email_verified=? AND deleted_at=? AND created_at<?)"),
    (r#"_event_seq", "conversation"."id") <"#, "_event_seq,id)<(?,?))"),
    (r#"("booking"."event_date", "booking"."id") >"#, "(event_date,id)>(?,?)"),
    (r#"("booking"."event_date", "booking"."id") <="#, "(event_date,id)<(?,?)"),
    (r#"("person"."name", "person"."id") >"#, "(role=? AND (name,id)>(?,?))"),
    (r#""notification"."event_seq", "notification"."id") <"#, "(person_id=? AND (event_seq,id)<(?,?))"),
    (r#""booking"."organizer_event_seq", "booking"."id") <"#, "(organizer_id=? AND (organizer_event_seq,id)<(?,?))"),
    (
        r#""booking"."talent_id" = ? AND "booking"."status" = ?"#,
        "(organizer_id=? AND talent_id=? AND status=? AND event_date>?)",
    ),
    (r#""message"."conversation_id" = ? AND "message"."seq" <"#, "(conversation_id=? AND seq<?)"),
    (r#""message"."conversation_id" = ? AND "message"."seq" >"#, "(conversation_id=? AND seq>?"),
    (r#""message"."seq" > ? AND "message"."seq" <="#, "(conversation_id=? AND seq>? AND seq<?)"),
    (r#"FROM "message" AS "unseen""#, "(conversation_id=? AND seq>?)"),
    (r#"FROM "event" WHERE "event"."person_id" = ? AND "event"."seq" >"#, "(person_id=? AND seq>?)"),
    (
        r#"FROM "notification" WHERE "notification"."person_id" = ? AND "notification"."read_at" IS"#,
        "(person_id=? AND read_at=?",
    ),
    (r#"UPDATE "notification" SET "read_at""#, "(person_id=? AND read_at=?"),
    (r#""mail"."due_at" <= ?"#, "(sent_at=? AND parked_at=? AND due_at<?)"),
    (r#""created_at" + ? > ?"#, "(person_id=? AND read_at=?"),
    (r#"GROUP BY "notification"."person_id""#, "(read_at=? AND mail_id=? AND created_at>?)"),
];

/// Returns the steps of SQLite's query plan.
pub(crate) async fn on_sqlite(database: &mut SqliteConnection, statement: &str) -> Vec<String> {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
    let rows = sqlx::query(explain).fetch_all(database).await.expect(statement);
    rows.iter().map(|row| row.get("detail")).collect()
}

/// Returns the steps that scan a table or index, build an automatic index, or sort.
pub(crate) fn faults_on_sqlite(plan: &[String], statement: &str) -> Vec<String> {
    let scans = plan.iter().filter(|step| {
        let of_rows = !["SCAN CONSTANT", "SCAN (", "ROW VALUES"].iter().any(|other| step.contains(other));
        let through = step.starts_with("SCAN") && of_rows;
        let sorted = step.contains("TEMP B-TREE");
        (through || sorted || step.contains("AUTOMATIC")) && !is_allowed(step, statement)
    });
    let missing = NARROW
        .iter()
        .filter(|(part, condition)| statement.contains(part) && !plan.iter().any(|step| step.contains(condition)));
    let missing = missing.map(|(_, condition)| format!("not by {condition}, but {}", plan.join("; ")));
    scans.cloned().chain(missing).chain(unlisted_on_people(plan, statement)).collect()
}

/// Returns the steps that search people by an index without a row in [`NARROW`]. Such an index may hold everyone, and
/// the plan doesn't show that the other conditions discard nearly all of them.
fn unlisted_on_people(plan: &[String], statement: &str) -> Vec<String> {
    let is_listed = |step: &str| {
        NARROW.iter().any(|(part, condition)| statement.contains(part) && step.contains(condition))
            || is_allowed(step, statement)
    };
    let unlisted = plan.iter().filter(|step| step.contains("INDEX person_") && !is_listed(step));
    unlisted.map(|step| format!("people without a row in NARROW: {step}")).collect()
}

/// Returns the steps of PostgreSQL's generic plan with sequential scans disabled, so that an index is used if one
/// serves.
pub(crate) async fn on_postgres(database: &mut PgConnection, statement: &str) -> Vec<String> {
    let values = (1..).take_while(|number| statement.contains(&format!("${number}"))).count();
    let nulls = if values == 0 { String::new() } else { format!("({})", vec!["NULL"; values].join(", ")) };
    for setting in ["enable_seqscan = off", "plan_cache_mode = force_generic_plan"] {
        sqlx::raw_sql(AssertSqlSafe(format!("SET {setting}"))).execute(&mut *database).await.expect(setting);
    }
    let prepare = format!("DEALLOCATE ALL; PREPARE asked AS {statement}");
    sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut *database).await.expect(statement);
    let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE asked{nulls}"));
    let rows = sqlx::raw_sql(explain).fetch_all(database).await.expect(statement);
    rows.iter().map(|row| row.get(0)).collect()
}

/// Returns the steps that scan a whole table or index.
pub(crate) fn faults_on_postgres<'a>(plan: &'a [String], statement: &'a str) -> impl Iterator<Item = &'a String> {
    let followed = plan.iter().zip(plan.iter().skip(1).map(String::as_str).chain([""]));
    let scans = followed.filter(move |(step, next)| {
        let through = step.contains("Index") && step.contains("Scan") && !next.contains("Index Cond");
        (step.contains("Seq Scan") || through) && !is_allowed(step, statement)
    });
    scans.map(|(step, _)| step)
}

fn is_allowed(step: &str, statement: &str) -> bool {
    ALLOWED.iter().any(|(part, allowed)| statement.contains(part) && step.contains(allowed))
}
