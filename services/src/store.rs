use crate::Result;
use migration::{Migrator, MigratorTrait};
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    IsolationLevel, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use std::time::Duration;

/// Connections that read; on PostgreSQL, all of them.
const READERS: u32 = 16;
/// Any number will do, as long as every version of the program uses the same.
const MIGRATION_LOCK: i64 = 0x6772_6e72;

/// The database. On SQLite one connection writes and others read; on PostgreSQL one pool does both.
pub(crate) struct Store {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
}

impl Store {
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        if is_sqlite(url) {
            let writer = Database::connect(options(url, 1)).await?;
            let mut reading = options(url, READERS);
            reading.map_sqlx_sqlite_opts(|options| sqlite(options).pragma("query_only", "on"));
            return Ok(Self { writer, reader: Database::connect(reading).await? });
        }
        let both = Database::connect(options(url, READERS)).await?;
        Ok(Self { writer: both.clone(), reader: both })
    }

    /// A transaction that writes. Dropped without a commit, it never was.
    pub(crate) async fn write(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            isolation_level: None,
            access_mode: None,
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        };
        Ok(self.writer.begin_with_options(options).await?)
    }

    /// A transaction in which every statement sees the same moment.
    pub(crate) async fn snapshot(&self) -> Result<DatabaseTransaction> {
        let postgres = self.reader.get_database_backend() == DbBackend::Postgres;
        let options = TransactionOptions {
            isolation_level: postgres.then_some(IsolationLevel::RepeatableRead),
            access_mode: postgres.then_some(AccessMode::ReadOnly),
            sqlite_transaction_mode: None,
        };
        Ok(self.reader.begin_with_options(options).await?)
    }

    /// For single statements that only read.
    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// For single statements that write and tell nobody.
    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    pub(crate) async fn close(&self) -> Result<()> {
        self.reader.close_by_ref().await?;
        Ok(self.writer.close_by_ref().await?)
    }

    pub(crate) async fn ping(&self) -> Result<()> {
        Ok(self.reader.ping().await?)
    }
}

/// Brings the schema up to date. Several processes may do so at once: on PostgreSQL they take turns.
///
/// # Errors
/// When the database can't be reached, or a step fails.
pub async fn migrate(database_url: &str) -> Result<()> {
    let connection = Database::connect(options(database_url, 1)).await?;
    take_turn(&connection).await?;
    Migrator::up(&connection, None).await?;
    connection.close().await?;
    Ok(())
}

/// Waits for other processes that migrate or seed. The turn ends with the connection.
pub(crate) async fn take_turn(connection: &impl ConnectionTrait) -> Result<()> {
    if connection.get_database_backend() == DbBackend::Postgres {
        connection.execute_unprepared(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})")).await?;
    }
    Ok(())
}

fn is_sqlite(url: &str) -> bool {
    url.starts_with("sqlite:")
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).sqlx_logging(false).acquire_timeout(Duration::from_secs(10));
    options.map_sqlx_sqlite_opts(sqlite);
    options
}

/// WAL lets readers go on while one writes; FULL flushes before a commit is answered.
fn sqlite(options: SqliteOptions) -> SqliteOptions {
    options
        .pragma("journal_mode", "wal")
        .pragma("synchronous", "full")
        .pragma("foreign_keys", "on")
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(256)
}

type SqliteOptions = sea_orm::sqlx::sqlite::SqliteConnectOptions;
