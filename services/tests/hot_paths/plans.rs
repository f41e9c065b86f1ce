//! How a database means to answer, and what is wrong with it.

use sea_orm::sqlx::{self, AssertSqlSafe, PgConnection, Row, SqliteConnection};

/// Statements that may sort or read through, by a part of them and of the step.
const ALLOWED: [(&str, &str); 12] = [
    // A row for each process of the last day.
    (r#"DELETE FROM "write_probe""#, "write_probe"),
    // An index of the few names that an older node wrote.
    (r#""search_name" IS NULL"#, "person_without_search_name"),
    // Somebody's sessions and access tokens: a hundred devices at most.
    (r#"FROM "session" WHERE "session"."person_id" = "#, "TEMP B-TREE FOR ORDER BY"),
    // Somebody's own conversations, when they change their name or leave.
    (r#"ORDER BY "conversation"."id" ASC"#, "TEMP B-TREE FOR ORDER BY"),
    // Whom those who come and go talk to.
    ("SELECT DISTINCT", "TEMP B-TREE FOR DISTINCT"),
    // What was left unread for two days at most, and no mail has told of.
    (r#"GROUP BY "notification"."person_id""#, "TEMP B-TREE FOR"),
    (r#"ORDER BY "created_at" + ? ASC"#, "TEMP B-TREE FOR ORDER BY"),
    (r#"GROUP BY "notification"."kind""#, "TEMP B-TREE FOR GROUP BY"),
    // A person's devices, of which two hundred are known.
    (r#"IN (SELECT "fingerprint" FROM "known_device""#, "TEMP B-TREE FOR ORDER BY"),
    // Accounts that nobody confirmed, of which there are few: they are deleted after a week.
    (r#"NOT IN (SELECT "person_id" FROM "token")"#, "TEMP B-TREE FOR ORDER BY"),
    // And the links that still work, to leave their owners alone.
    (r#"NOT IN (SELECT "person_id" FROM "token")"#, "Scan on token_by_person_id_purpose"),
    // Looked for only where an earlier row of the same statement had nothing to refer to.
    (r#"INSERT INTO "conversation""#, "SCAN notification"),
];

/// Statements that go on from a place must be led there, and those that look for one thing of somebody to that one.
const NARROW: [(&str, &str); 15] = [
    (r#"_event_seq", "conversation"."id") <"#, "_event_seq,id)<(?,?))"),
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

/// SQLite's steps.
pub(crate) async fn on_sqlite(database: &mut SqliteConnection, statement: &str) -> Vec<String> {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
    let rows = sqlx::query(explain).fetch_all(database).await.expect(statement);
    rows.iter().map(|row| row.get("detail")).collect()
}

/// A table that is read through, an index that is (or is made for the one statement), and rows that are sorted first.
pub(crate) fn faults_on_sqlite(plan: &[String], statement: &str) -> Vec<String> {
    let wide = plan.iter().filter(|step| {
        let of_rows = !["SCAN CONSTANT", "SCAN (", "ROW VALUES"].iter().any(|other| step.contains(other));
        let through = step.starts_with("SCAN") && of_rows;
        let sorted = step.contains("TEMP B-TREE");
        (through || sorted || step.contains("AUTOMATIC")) && !is_allowed(step, statement)
    });
    let narrow =
        NARROW.iter().filter(|(asked, led)| statement.contains(asked) && !plan.iter().any(|step| step.contains(led)));
    wide.cloned().chain(narrow.map(|(_, led)| format!("not by {led}, but {}", plan.join("; ")))).collect()
}

/// PostgreSQL's steps for whatever values, where it takes an index if there is one that serves.
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

/// A table that is read through although an index was to be taken.
pub(crate) fn faults_on_postgres<'a>(plan: &'a [String], statement: &'a str) -> impl Iterator<Item = &'a String> {
    let followed = plan.iter().zip(plan.iter().skip(1).map(String::as_str).chain([""]));
    let wide = followed.filter(move |(step, next)| {
        let through = step.contains("Index") && step.contains("Scan") && !next.contains("Index Cond");
        (step.contains("Seq Scan") || through) && !is_allowed(step, statement)
    });
    wide.map(|(step, _)| step)
}

fn is_allowed(step: &str, statement: &str) -> bool {
    ALLOWED.iter().any(|(asked, taken)| statement.contains(asked) && step.contains(taken))
}
