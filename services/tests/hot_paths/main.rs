//! No statement of an everyday use case gets slower as the database grows.
//!
//! Runs the use cases, captures their statements, and has the database explain each: SQLite with a million messages in
//! it, PostgreSQL with sequential scans disabled, which shows whether an index serves.

mod captured_statements;
mod dataset;
mod plans;
mod workload;

use captured_statements::CapturedStatements;
use sea_orm::sqlx::{self, AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use services::{
    Greenroom, Limits,
    clock::{Clock, ManualClock, SystemClock},
};
use std::{sync::Arc, time::Duration};
use test_support::postgres::PostgresDatabase;
use tokio::sync::Mutex;

/// Serialises the tests: the capture is global, so one must not see the other's statements.
static SERIAL: Mutex<()> = Mutex::const_new(());

/// Runs the everyday use cases on a database; returns their statements.
async fn run_workload(url: &str) -> Vec<(String, &'static str)> {
    let captured = CapturedStatements::begin();
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    let limits = Limits { heartbeat: Duration::from_millis(20), ..Limits::default() };
    let greenroom =
        Greenroom::open_at(url, "https://greenroom.example", limits, clock.clone()).await.expect("a Greenroom");
    workload::run_all(&greenroom, &clock, &captured).await;
    // Closing the connections logs their last statements.
    greenroom.close().await.expect("closing");
    captured.statements()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_statements_use_indexes() {
    let _serial = SERIAL.lock().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("greenroom.db");
    let url = format!("sqlite://{}?mode=rwc", file.display());
    services::migrate(&url).await.expect("the schema");
    services::seed::seed_demo(&url).await.expect("demo data");
    dataset::insert_rows(&url).await;
    let statements = run_workload(&url).await;
    assert!(statements.len() > 100, "statements are no longer captured: {}", statements.len());
    let mut database = SqliteConnection::connect(&url).await.expect("the database");
    let slow = slow_on_sqlite(&mut database, &statements).await;
    assert!(slow.is_empty(), "{} statements read too much:\n{}", slow.len(), slow.join("\n"));
    every_index_is_used(&statements).await;
}

async fn slow_on_sqlite(database: &mut SqliteConnection, statements: &[(String, &'static str)]) -> Vec<String> {
    let mut slow = Vec::new();
    for (statement, action) in statements {
        let plan = plans::on_sqlite(database, statement).await;
        let faults = plans::faults_on_sqlite(&plan, statement).into_iter();
        slow.extend(faults.map(|fault| format!("{action}: {fault}\n    {statement}")));
    }
    slow
}

/// Drops each index in turn and expects a slow statement: so this test detects a missing index, and no index is unused.
async fn every_index_is_used(statements: &[(String, &'static str)]) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("greenroom.db").display());
    services::migrate(&url).await.expect("the schema");
    let mut database = SqliteConnection::connect(&url).await.expect("the database");
    let indexes = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
    let indexes: Vec<String> = sqlx::query_scalar(indexes).fetch_all(&mut database).await.expect("names");
    let mut unused = Vec::new();
    for index in indexes {
        let drop = AssertSqlSafe(format!("BEGIN; DROP INDEX {index}"));
        sqlx::raw_sql(drop).execute(&mut database).await.expect("one index less");
        if slow_on_sqlite(&mut database, statements).await.is_empty() {
            unused.push(index);
        }
        sqlx::raw_sql("ROLLBACK").execute(&mut database).await.expect("the index is back");
    }
    assert!(unused.is_empty(), "no statement needs these indexes: {unused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_statements_use_indexes() {
    let _serial = SERIAL.lock().await;
    let database = PostgresDatabase::create().await.expect("a database");
    services::migrate(database.url()).await.expect("the schema");
    services::seed::seed_demo(database.url()).await.expect("demo data");
    let statements = run_workload(database.url()).await;
    assert!(statements.len() > 100, "statements are no longer captured: {}", statements.len());
    let mut connection = PgConnection::connect(database.url()).await.expect("the database");
    let mut slow = Vec::new();
    for (statement, action) in &statements {
        let plan = plans::on_postgres(&mut connection, statement).await;
        slow.extend(
            plans::faults_on_postgres(&plan, statement).map(|fault| format!("{action}: {fault}\n    {statement}")),
        );
    }
    assert!(slow.is_empty(), "{} statements read too much:\n{}", slow.len(), slow.join("\n"));
}
