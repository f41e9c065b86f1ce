//! Whatever fails, acknowledged writes are in the database, and a failed write fails alone.

use super::{Store, Transaction};
use crate::Error;
use model::ApiError;
use sea_orm::{ConnectionTrait, Database, Statement};
use std::{future::poll_fn, task::Poll};
use tempfile::TempDir;
use uuid::Uuid;

/// A database with one table of words.
struct WordTable {
    store: Store,
    url: String,
    table: String,
    _folder: Option<TempDir>,
}

/// SQL for a value larger than a page.
const LONG_WORD: &str = "zeroblob(100000)";
const UNLIMITED_PAGES: i64 = 1_000_000;

impl WordTable {
    async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("words.db").display());
        Self::create(url, "word".to_owned(), Some(folder)).await
    }

    async fn on_postgres() -> Self {
        let url = test_support::postgres::server_url().expect("a PostgreSQL server");
        Self::create(url, format!("word_{}", Uuid::now_v7().simple()), None).await
    }

    async fn create(url: String, table: String, folder: Option<TempDir>) -> Self {
        let store = Store::connect(&url).await.expect("a database");
        let tx = store.write().await.expect("a transaction");
        let create =
            format!("CREATE TABLE {table} (word text UNIQUE, likes text REFERENCES {table} (word) DEFERRABLE)");
        tx.execute_unprepared(&create).await.expect("a table");
        tx.commit().await.expect("a commit");
        Self { store, url, table, _folder: folder }
    }

    async fn begin(&self) -> Transaction {
        self.store.write().await.expect("a transaction")
    }

    fn insert(&self, word: &str) -> String {
        format!("INSERT INTO {} (word) VALUES ({word})", self.table)
    }

    async fn add(&self, word: &str) -> crate::Result<()> {
        let tx = self.store.write().await?;
        tx.execute_unprepared(&self.insert(&format!("'{word}'"))).await?;
        tx.commit().await
    }

    /// Returns whether a word is committed, read through a connection of its own.
    async fn has(&self, word: &str) -> bool {
        let connection = Database::connect(&self.url).await.expect("a connection");
        let query = format!("SELECT 1 FROM {} WHERE word = '{word}'", self.table);
        let found = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), query)).await;
        connection.close().await.expect("closing");
        found.expect("an answer").is_some()
    }

    async fn assert_writable(&self) {
        for word in ["afterwards", "and again"] {
            self.add(word).await.expect("a write after the failure");
            assert!(self.has(word).await, "{word:?} was acknowledged but is missing");
        }
    }
}

/// Limits the database file to `pages` pages, or to its present size if that is larger. Lasts as long as the
/// connection.
async fn limit_pages(tx: &Transaction, pages: i64) {
    tx.execute_unprepared(&format!("PRAGMA max_page_count = {pages}")).await.expect("a limit");
}

#[tokio::test]
async fn acknowledged_writes_survive_a_full_disk() {
    let words = WordTable::on_sqlite().await;
    let tx = words.begin().await;
    limit_pages(&tx, 1).await;
    tx.commit().await.expect("a commit");
    for _ in 0..2 {
        let tx = words.begin().await;
        limit_pages(&tx, 1).await;
        let full = tx.execute_unprepared(&words.insert(LONG_WORD)).await.expect_err("the disk is full");
        assert_eq!(Error::from(full).into_api_error(), ApiError::StorageFull);
    }
    let tx = words.begin().await;
    limit_pages(&tx, UNLIMITED_PAGES).await;
    tx.commit().await.expect("a commit");
    words.assert_writable().await;
}

#[tokio::test]
async fn a_full_disk_in_a_commit_group_acknowledges_no_lost_write() {
    let words = WordTable::on_sqlite().await;
    let first = words.begin().await;
    first.execute_unprepared(&words.insert("'first'")).await.expect("a row");
    let first = tokio::spawn(first.commit());
    let second = words.begin().await;
    limit_pages(&second, 1).await;
    second.execute_unprepared(&words.insert(LONG_WORD)).await.expect_err("the disk is full");
    drop(second);
    let acknowledged = first.await.expect("no panic").is_ok();
    assert_eq!(words.has("first").await, acknowledged);
    words.assert_writable().await;
}

#[tokio::test]
async fn a_rollback_by_sqlite_fails_the_whole_commit_group() {
    let words = WordTable::on_sqlite().await;
    let tx = words.begin().await;
    let trigger = "CREATE TRIGGER poison BEFORE INSERT ON word WHEN NEW.word = 'poison' \
        BEGIN SELECT RAISE(ROLLBACK, 'all of it'); END";
    tx.execute_unprepared(trigger).await.expect("a trigger");
    tx.commit().await.expect("a commit");
    let first = words.begin().await;
    first.execute_unprepared(&words.insert("'first'")).await.expect("a row");
    let first = tokio::spawn(first.commit());
    let second = words.begin().await;
    second.execute_unprepared(&words.insert("'poison'")).await.expect_err("the trigger");
    // SQLite has rolled back; without a transaction, this statement would commit by itself.
    second.execute_unprepared(&words.insert("'second'")).await.expect_err("a statement has failed");
    second.commit().await.expect_err("a statement has failed");
    assert!(!words.has("second").await);
    let error = first.await.expect("no panic").expect_err("it was rolled back with the second");
    assert!(format!("{error:?}").contains("all of it"), "expected the cause, not its consequence: {error:?}");
    assert!(!words.has("first").await);
    words.assert_writable().await;
}

/// As after a client disconnects: the statement runs, but its failure isn't observed.
#[tokio::test]
async fn an_unobserved_failure_loses_no_acknowledged_write() {
    let words = WordTable::on_sqlite().await;
    let first = words.begin().await;
    first.execute_unprepared(&words.insert("'first'")).await.expect("a row");
    let first = tokio::spawn(first.commit());
    let second = words.begin().await;
    limit_pages(&second, 1).await;
    {
        let insert = words.insert(LONG_WORD);
        let mut inserting = Box::pin(second.execute_unprepared(&insert));
        poll_fn(|context| {
            let _ = inserting.as_mut().poll(context);
            Poll::Ready(())
        })
        .await;
    }
    // If the failure has been recorded, these statements are refused, and the limit ends with the connection.
    second.execute_unprepared(&format!("PRAGMA max_page_count = {UNLIMITED_PAGES}")).await.ok();
    second.execute_unprepared(&words.insert("'second'")).await.ok();
    let acknowledged = second.commit().await.is_ok();
    assert!(words.has("second").await || !acknowledged);
    let acknowledged = first.await.expect("no panic").is_ok();
    assert_eq!(words.has("first").await, acknowledged);
    words.assert_writable().await;
}

async fn a_failed_commit_is_reported_and_the_next_succeeds(words: WordTable) {
    for _ in 0..2 {
        let tx = words.begin().await;
        let dangling = format!("INSERT INTO {} VALUES ('dangling', 'nothing')", words.table);
        let defer = match words.store.is_shared() {
            true => "SET CONSTRAINTS ALL DEFERRED",
            false => "PRAGMA defer_foreign_keys = on",
        };
        tx.execute_unprepared(defer).await.expect("later");
        tx.execute_unprepared(&dangling).await.expect("the constraint is deferred");
        tx.commit().await.expect_err("the reference dangles");
        assert!(!words.has("dangling").await);
    }
    words.assert_writable().await;
}

async fn a_transaction_that_failed_is_never_committed(words: WordTable) {
    words.add("twice").await.expect("once");
    let tx = words.begin().await;
    tx.execute_unprepared(&words.insert("'with it'")).await.expect("a row");
    tx.execute_unprepared(&words.insert("'twice'")).await.expect_err("the word is taken");
    tx.commit().await.expect_err("PostgreSQL aborted it without an error at COMMIT");
    assert!(!words.has("with it").await);
    words.assert_writable().await;
}

mod sqlite {
    use super::WordTable;

    #[tokio::test]
    async fn a_failed_commit_is_reported_and_the_next_succeeds() {
        super::a_failed_commit_is_reported_and_the_next_succeeds(WordTable::on_sqlite().await).await;
    }

    #[tokio::test]
    async fn a_transaction_that_failed_is_never_committed() {
        super::a_transaction_that_failed_is_never_committed(WordTable::on_sqlite().await).await;
    }
}

/// `bin/test quick` leaves out what has `postgres` in its path.
mod postgres {
    use super::*;

    #[tokio::test]
    async fn a_failed_commit_is_reported_and_the_next_succeeds() {
        super::a_failed_commit_is_reported_and_the_next_succeeds(WordTable::on_postgres().await).await;
    }

    #[tokio::test]
    async fn a_transaction_that_failed_is_never_committed() {
        super::a_transaction_that_failed_is_never_committed(WordTable::on_postgres().await).await;
    }

    #[tokio::test]
    async fn a_killed_connection_fails_its_transaction() {
        let words = WordTable::on_postgres().await;
        let tx = words.begin().await;
        tx.execute_unprepared(&words.insert("'killed'")).await.expect("a row");
        let query = "SELECT pg_backend_pid()";
        let row = tx.query_one_raw(Statement::from_string(tx.get_database_backend(), query)).await.expect("an answer");
        let process: i32 = row.expect("a row").try_get_by_index(0).expect("a number");
        let other = Database::connect(&words.url).await.expect("a connection");
        other.execute_unprepared(&format!("SELECT pg_terminate_backend({process}, 10000)")).await.expect("its end");
        other.close().await.expect("closing");
        let error = tx.commit().await.expect_err("the connection is gone");
        assert_eq!(error.into_api_error(), ApiError::Unavailable);
        assert!(!words.has("killed").await);
        words.assert_writable().await;
    }
}

#[tokio::test]
async fn write_health_detects_a_full_disk_and_recovery() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("greenroom.db").display());
    crate::migrate(&url).await.expect("a schema");
    let store = Store::connect(&url).await.expect("a database");
    store.check_writable().await.expect("the disk has space");
    let tx = store.write().await.expect("a transaction");
    // Uses up the free pages of the file.
    tx.execute_unprepared("CREATE TABLE filler AS SELECT zeroblob(1000000)").await.expect("a table");
    limit_pages(&tx, 1).await;
    tx.commit().await.expect("a commit");
    let tx = store.write().await.expect("a transaction");
    limit_pages(&tx, 1).await;
    tx.execute_unprepared("INSERT INTO filler VALUES (zeroblob(100000))").await.expect_err("the disk is full");
    drop(tx);
    let tx = store.write().await.expect("a transaction");
    limit_pages(&tx, 1).await;
    tx.commit().await.expect("a commit");
    assert_eq!(store.check_writable().await, Err(ApiError::StorageFull), "the cached result is outdated");
    // The limit ended with the connection, as if space had been freed.
    let recovering = async {
        while store.check_writable().await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), recovering).await.expect("recovery without a restart");
}
