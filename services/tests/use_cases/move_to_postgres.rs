//! Moving a site from SQLite to PostgreSQL.

use crate::support::{Database, DemoData, Kind, Site, Views, connect, open_process, path_of, send_text, soon};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use services::{
    Limits,
    backup::{BackupError, move_to_postgres},
};

/// Texts that are often mishandled.
const AWKWARD: [&str; 9] = [
    "Größe: Ünïcödé, 東京, العربية, עברית, ไทย",
    "👩🏽‍🎤👨‍👩‍👧‍👦🏳️‍🌈 e\u{301} \u{1F1F0}\u{1F1EA}",
    "it''s \"quoted\" \\ \\N \\. \\x00 $1 ? ?1 {} %s",
    "line\nbreak\ttab\r\nand\u{b}\u{c}\u{1}\u{7f}",
    "\u{200b}\u{feff}\u{202e}backwards\u{2028}\u{2029}",
    "\u{fffd}\u{ffff}\u{10ffff}",
    "'; DROP TABLE person; --",
    "NULL",
    "true",
];

/// Creates a site with a value in every column, and without concurrent writes.
async fn populated_site() -> (Site, DemoData) {
    let site = Site::new(Kind::Sqlite).await;
    let demo = site.demo().await;
    for text in AWKWARD {
        send_text(&site.greenroom, &demo.sarah, demo.launch, text).await;
    }
    send_text(&site.greenroom, &demo.eventpro, demo.launch, &"é".repeat(4_000)).await;
    for change in [
        "UPDATE person SET bio = 'Zwei\nZeilen', presence = 0 WHERE name = 'Sarah Wanjiru'",
        "UPDATE person SET receipts = 0, name = 'Ōkami 狼' WHERE name = 'DJ Kamau'",
        "UPDATE booking SET fee_amount = 9223372036854775807",
        "INSERT INTO visit SELECT id, 1 FROM person",
        "INSERT INTO token SELECT randomblob(32), id, 'reset', '', 9999999999999, NULL FROM person",
        "INSERT INTO mail SELECT id, NULL, 'unread', '', '', '<p>', NULL, 1, 2, 3, NULL, 4, NULL, NULL, NULL FROM person",
        "INSERT INTO browser_key SELECT id, 'secret' FROM person",
        "INSERT INTO email_budget VALUES (randomblob(32), '[1]', 1)",
        "UPDATE notification SET mail_id = actor_id, conversation_id = NULL WHERE message_seq = 2",
    ] {
        site.execute(change).await;
    }
    (site, demo)
}

async fn is_empty(database: &Database) -> bool {
    let connection = connect(&database.url).await;
    let count = Statement::from_string(DbBackend::Postgres, "SELECT count(*) FROM person");
    let row = connection.query_one_raw(count).await.expect("a schema").expect("a row");
    row.try_get_by_index::<i64>(0).expect("a number") == 0
}

#[tokio::test]
async fn moving_to_postgres_keeps_all_rows() {
    let ((site, demo), target) = (populated_site().await, Database::empty(Kind::Postgres).await);
    let mut before = Vec::new();
    for viewer in demo.all() {
        before.push(Views::read(&site.greenroom, viewer).await);
    }
    let digests = move_to_postgres(site.url(), &target.url).await.expect("moved");
    let rows = |table| digests.iter().find(|digest| digest.table == table).map(|digest| digest.rows);
    assert_eq!([rows("person"), rows("message"), rows("notification")], [Some(5), Some(27), Some(27)]);
    assert!(digests.iter().all(|digest| digest.rows > 0 && digest.hash.len() == 64), "a table is empty: {digests:?}");
    let greenroom = open_process(&target.url, Limits::default(), site.clock.clone()).await;
    for (viewer, before) in demo.all().into_iter().zip(before) {
        assert_eq!(Views::read(&greenroom, viewer).await, before);
    }
    let message = send_text(&greenroom, &demo.sarah, demo.launch, "We moved").await;
    assert_eq!(message.seq, 23, "the sequence doesn't continue");
    let refused = move_to_postgres(site.url(), &target.url).await;
    assert!(matches!(refused, Err(BackupError::NotEmpty("person", 5))), "{refused:?}");
    let moved = path_of(site.url()).display().to_string();
    let again =
        move_to_postgres(&moved, &Database::empty(Kind::Postgres).await.url).await.expect("moved, by the file's name");
    assert_eq!(again, digests, "the source or its digests changed");
}

#[tokio::test]
async fn a_row_that_does_not_fit_leaves_the_target_empty() {
    let ((site, _), target) = (populated_site().await, Database::empty(Kind::Postgres).await);
    // No use case would accept this.
    site.execute("UPDATE mail SET subject = 'a' || char(0) || 'b'").await;
    let refused = move_to_postgres(site.url(), &target.url).await;
    assert!(matches!(refused, Err(BackupError::Table("mail", _))), "{refused:?}");
    assert!(is_empty(&target).await);
    site.execute("UPDATE mail SET subject = ''").await;
    move_to_postgres(site.url(), &target.url).await.expect("moved after the fix");
}

#[tokio::test]
async fn a_differing_table_digest_is_detected() {
    let ((site, _), target) = (populated_site().await, Database::empty(Kind::Postgres).await);
    services::migrate(&target.url).await.expect("the schema");
    let meddle = "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS \
        $$ BEGIN NEW.body := rtrim(NEW.body); NEW.body := replace(NEW.body, '👩', ''); RETURN NEW; END $$; \
        CREATE TRIGGER meddle BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION meddle()";
    connect(&target.url).await.execute_unprepared(meddle).await.expect("a trigger");
    let refused = move_to_postgres(site.url(), &target.url).await;
    assert!(matches!(refused, Err(BackupError::Differs("message"))), "{refused:?}");
    assert!(is_empty(&target).await);
}

#[tokio::test]
async fn writes_during_the_move_are_detected() {
    let ((site, demo), target) = (populated_site().await, Database::empty(Kind::Postgres).await);
    services::migrate(&target.url).await.expect("the schema");
    // Blocks the move until a message has been sent.
    let holding = connect(&target.url).await;
    holding.execute_unprepared("BEGIN; LOCK TABLE person").await.expect("a lock");
    let (from, to) = (site.url().to_owned(), target.url.clone());
    let moving = tokio::spawn(async move { move_to_postgres(&from, &to).await });
    let watching = connect(&target.url).await;
    let waiting = "SELECT pid FROM pg_locks JOIN pg_class ON oid = relation WHERE relname = 'person' AND NOT granted";
    let waiting = Statement::from_string(DbBackend::Postgres, waiting);
    soon("a waiting lock", async {
        while watching.query_one_raw(waiting.clone()).await.expect("an answer").is_none() {}
    })
    .await;
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Has the site moved yet?").await;
    holding.execute_unprepared("ROLLBACK").await.expect("the lock is gone");
    let refused = moving.await.expect("no panic");
    assert!(matches!(refused, Err(BackupError::Changed(_))), "{refused:?}");
    assert!(is_empty(&target).await);
}

#[tokio::test]
async fn errors_of_a_move_are_reported() {
    let (site, target) = (Site::new(Kind::Sqlite).await, Database::empty(Kind::Postgres).await);
    let refused = move_to_postgres(site.url(), site.url()).await;
    assert!(matches!(refused, Err(BackupError::NoTarget)), "{refused:?}");
    let refused = move_to_postgres(&target.url, &target.url).await;
    assert!(matches!(refused, Err(BackupError::Missing(_))), "{refused:?}");
    let refused = move_to_postgres(site.url(), "postgres://greenroom:hunter2@127.0.0.1:1/greenroom").await;
    let sentence = refused.expect_err("no server").to_string();
    assert!(sentence.contains("the target doesn't take it") && !sentence.contains("hunter2"), "{sentence}");
    site.execute("DELETE FROM message WHERE seq = 3").await;
    let refused = move_to_postgres(site.url(), &target.url).await;
    assert!(matches!(refused, Err(BackupError::Damaged(..))), "{refused:?}");
    let old = Site::new(Kind::Sqlite).await;
    old.execute("DELETE FROM seaql_migrations WHERE version LIKE '%receipts'").await;
    let refused = move_to_postgres(old.url(), &target.url).await;
    assert!(matches!(refused, Err(BackupError::Older(_))), "{refused:?}");
}
