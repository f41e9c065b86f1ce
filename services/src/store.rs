mod connection;
mod health;
mod pool;
pub(crate) mod statement_buckets;
mod writer;

use crate::{Error, Result, metrics, search_text::fill_missing_search_texts, talents::fill_missing_slugs};
use connection::Connection;
use health::WriteHealth;
use migration::{Migrator, MigratorTrait};
use pool::{Pool, PooledTransaction};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult,
    Statement, prelude::async_trait::async_trait,
};
use std::{collections::HashSet, num::NonZero, sync::Arc, thread::available_parallelism, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::Instrument;
use writer::{Writer, WriterGuard};

/// Size of the PostgreSQL pool, and upper limit of SQLite's reader pool.
const CONNECTIONS: u32 = 16;
/// SQLite reader connections per core; each has a thread.
const READERS_PER_CORE: usize = 2;
/// Minimum number of SQLite readers, so that one long read doesn't block the others.
const READERS: usize = 4;
/// A connection used within this time is assumed to be alive: a test before each use would take as long as most
/// statements.
const TEST_AFTER_IDLE: Duration = Duration::from_secs(1);
/// Prepared statements cached per connection: room for all of them, in each of their bucket sizes.
const STATEMENT_CACHE: usize = 512;
/// Key of the advisory lock. Arbitrary, but the same in every version of the program.
const MIGRATION_LOCK: i64 = 0x6772_6e72;

/// Maximum number of concurrent background writes, so that messages don't queue behind many receipts.
const BACKGROUND_WRITES: usize = 4;

/// SQLite pragmas of one kind of connection, in addition to the common ones.
type Pragmas = &'static [(&'static str, &'static str)];
/// Automatic checkpoints are off: `checkpoint` runs them.
const WRITER_PRAGMAS: Pragmas = &[("wal_autocheckpoint", "0")];
/// Reads through the system's page cache (mmap, up to 1 GiB): each write invalidates a connection's own cache.
const READER_PRAGMAS: Pragmas = &[("query_only", "on"), ("mmap_size", "1073741824")];

/// Callback that runs after the commit; with a single writer, before the next commit.
type OnCommit = Box<dyn FnOnce() + Send + Sync>;

/// The database. SQLite has one connection for writes and a pool for reads; PostgreSQL has one pool for both.
pub(crate) struct Store {
    write_mode: WriteMode,
    reader: Pool,
    background: Arc<Semaphore>,
    health: Arc<WriteHealth>,
}

enum WriteMode {
    Serialized(Writer),
    Pooled(Pool),
}

/// A write transaction. Rolled back if dropped without a commit.
pub(crate) struct Transaction {
    kind: TransactionKind,
    health: Arc<WriteHealth>,
    /// Permit of a background write.
    background: Option<OwnedSemaphorePermit>,
}

/// The connection of a transaction.
enum TransactionKind {
    /// SQLite's single writer.
    Serialized(WriterGuard),
    /// A connection of the PostgreSQL pool.
    Pooled(PooledTransaction),
}

impl Store {
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        Self::connect_with(url, writer::MAX_WAL_PAGES).await
    }

    /// Connects with another limit for the length of SQLite's WAL.
    async fn connect_with(url: &str, max_wal_pages: i64) -> Result<Self> {
        let (background, health) = (Arc::new(Semaphore::new(BACKGROUND_WRITES)), Arc::new(WriteHealth::new()));
        if is_sqlite(url) {
            let writer = connect_counted(connect_options(url, 1, WRITER_PRAGMAS)).await?;
            let reader =
                Pool::new(connect_counted(connect_options(url, reader_count(), READER_PRAGMAS)).await?, reader_count());
            let checkpointer = connect_counted(connect_options(url, 1, READER_PRAGMAS)).await?;
            return Ok(Self {
                write_mode: WriteMode::Serialized(Writer::new(writer, checkpointer, max_wal_pages)),
                reader,
                background,
                health,
            });
        }
        let pool = Pool::new(connect_counted(connect_options(url, CONNECTIONS, &[])).await?, CONNECTIONS);
        Ok(Self { write_mode: WriteMode::Pooled(pool.clone()), reader: pool, background, health })
    }

    /// Begins a write transaction for a use case with a waiting client.
    pub(crate) async fn write(&self) -> Result<Transaction> {
        let kind = match &self.write_mode {
            WriteMode::Serialized(writer) => TransactionKind::Serialized(writer.acquire().await?),
            WriteMode::Pooled(pool) => TransactionKind::Pooled(pool.begin("writes", "BEGIN").await?),
        };
        Ok(Transaction { kind, health: self.health.clone(), background: None })
    }

    /// Begins a write transaction without a waiting client (receipts, presence, cleanup). Few run at a time.
    pub(crate) async fn write_background(&self) -> Result<Transaction> {
        let permit = metrics::measure_queue_wait("background_writes", self.background.clone().acquire_owned())
            .await
            .map_err(Error::internal)?;
        Ok(Transaction { background: Some(permit), ..self.write().await? })
    }

    /// Begins a read transaction in which all statements see the same snapshot.
    pub(crate) async fn snapshot(&self) -> Result<PooledTransaction> {
        let begin = match self.reader.get_database_backend() {
            DbBackend::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            _ => "BEGIN",
        };
        Ok(self.reader.begin("reads", begin).await?)
    }

    /// Returns whether other nodes may write to the database.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.write_mode, WriteMode::Pooled(_))
    }

    /// Returns the pool for single read statements.
    pub(crate) fn reader(&self) -> &Pool {
        &self.reader
    }

    /// Returns how many connections are in use and how many are idle: on SQLite the readers, on PostgreSQL all.
    pub(crate) fn connections(&self) -> [(&'static str, usize); 2] {
        self.reader.connections()
    }

    pub(crate) async fn close(&self) -> Result<()> {
        self.reader.close().await?;
        match &self.write_mode {
            WriteMode::Serialized(writer) => writer.close().await,
            WriteMode::Pooled(_) => Ok(()),
        }
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.connection().get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> std::result::Result<ExecResult, DbErr> {
        self.health.record_write(self.connection().execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> std::result::Result<ExecResult, DbErr> {
        self.health.record_write(self.connection().execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> std::result::Result<Option<QueryResult>, DbErr> {
        self.health.record_write(self.connection().query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> std::result::Result<Vec<QueryResult>, DbErr> {
        self.health.record_write(self.connection().query_all_raw(statement).await)
    }
}

impl Transaction {
    /// Commits. Returns when the commit is on the disk.
    pub(crate) async fn commit(self) -> Result<()> {
        self.commit_then(Box::new(|| ())).await
    }

    /// Commits, then runs `on_commit`; with a single writer, in the order of the commits. Fails if a statement of the
    /// transaction has failed. Once polled, it completes even if the future is dropped.
    #[tracing::instrument(name = "commit", level = "debug", skip_all)]
    pub(crate) async fn commit_then(self, on_commit: OnCommit) -> Result<()> {
        let Self { kind, health, background } = self;
        match kind {
            TransactionKind::Serialized(guard) => {
                Ok(health.record_write(guard.wait_committed(background, on_commit).await?)?)
            }
            TransactionKind::Pooled(tx) => {
                let committing = async move {
                    health.record_write(metrics::measure_commit(tx.commit()).await)?;
                    drop(background);
                    on_commit();
                    Ok(())
                };
                // In its own task: the caller may be cancelled, but committed events must be published.
                tokio::spawn(committing.in_current_span()).await.map_err(Error::internal)?
            }
        }
    }

    /// Rolls back at once; dropping the transaction does so in the background.
    pub(crate) async fn rollback(self) {
        match self.kind {
            TransactionKind::Serialized(guard) => guard.roll_back().await,
            // If the rollback fails, the connection is closed, which rolls back.
            TransactionKind::Pooled(tx) => drop(tx.roll_back().await),
        }
    }

    fn connection(&self) -> &Connection {
        match &self.kind {
            TransactionKind::Serialized(guard) => guard.connection(),
            TransactionKind::Pooled(tx) => tx.connection(),
        }
    }
}

/// Runs the pending migrations. Several processes may do so at once: on PostgreSQL an advisory lock serialises them.
///
/// # Errors
/// When the database can't be reached, or a migration fails.
pub async fn migrate(database_url: &str) -> Result<()> {
    let connection = Database::connect(connect_options(database_url, 1, &[])).await?;
    acquire_migration_lock(&connection).await?;
    // On a shared database, a node of the previous version may restart after a newer one has migrated further; the
    // migrator would refuse migrations that it doesn't know.
    let is_up_to_date = is_postgres(&connection) && has_all_migrations(&connection).await?;
    if !is_up_to_date {
        Migrator::up(&connection, None).await?;
    }
    while fill_missing_search_texts(&connection).await? {}
    while fill_missing_slugs(&connection).await? {}
    connection.close().await?;
    Ok(())
}

/// Returns whether all migrations that this program knows have been applied.
async fn has_all_migrations(connection: &DatabaseConnection) -> Result<bool> {
    let applied = Migrator::get_migration_models(connection).await?;
    let applied: HashSet<_> = applied.into_iter().map(|migration| migration.version).collect();
    Ok(Migrator::get_migration_files().iter().all(|migration| applied.contains(migration.name())))
}

fn is_postgres(connection: &impl ConnectionTrait) -> bool {
    connection.get_database_backend() == DbBackend::Postgres
}

/// Waits for other processes that migrate or seed. Closing the connection releases the lock.
pub(crate) async fn acquire_migration_lock(connection: &impl ConnectionTrait) -> Result<()> {
    if is_postgres(connection) {
        connection.execute_unprepared(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})")).await?;
    }
    Ok(())
}

/// Connects and counts every statement in the metrics.
async fn connect_counted(options: ConnectOptions) -> Result<DatabaseConnection> {
    let mut connection = Database::connect(options).await?;
    connection.set_metric_callback(|_| metrics::count_query());
    Ok(connection)
}

/// Returns the size of SQLite's reader pool.
fn reader_count() -> u32 {
    let cores = available_parallelism().map_or(1, NonZero::get);
    u32::try_from(READERS.max(READERS_PER_CORE * cores)).unwrap_or(u32::MAX).min(CONNECTIONS)
}

fn is_sqlite(url: &str) -> bool {
    url.starts_with("sqlite:")
}

fn connect_options(url: &str, connections: u32, pragmas: Pragmas) -> ConnectOptions {
    let (url, synchronous) = without_synchronous(url);
    let mut options = ConnectOptions::new(url);
    // Tests capture the statements at this level; it is disabled elsewhere.
    options.max_connections(connections).sqlx_logging_level(log::LevelFilter::Trace);
    options.acquire_timeout(pool::ACQUIRE_TIMEOUT);
    options.test_before_acquire_if_idle_for(TEST_AFTER_IDLE);
    options.map_sqlx_sqlite_opts(move |options| {
        let options = with_sqlite_pragmas(options).pragma("synchronous", synchronous);
        pragmas.iter().fold(options, |options, (name, value)| options.pragma(*name, *value))
    });
    options.map_sqlx_postgres_opts(|options| options.statement_cache_capacity(STATEMENT_CACHE));
    options
}

/// Returns the URL without `synchronous=normal`, and the value of that pragma. FULL flushes before a commit is
/// acknowledged. `normal` doesn't and may lose acknowledged commits in a power failure: it exists to measure the cost
/// of a flush, and to prove that tests detect a missing flush.
fn without_synchronous(url: &str) -> (String, &'static str) {
    let normal = ["&synchronous=normal", "?synchronous=normal"].into_iter().find(|parameter| url.contains(parameter));
    normal.map_or_else(|| (url.to_owned(), "full"), |parameter| (url.replace(parameter, ""), "normal"))
}

/// WAL lets readers run beside the writer. `temp_store` keeps the rollback data of savepoints in memory.
fn with_sqlite_pragmas(options: SqliteOptions) -> SqliteOptions {
    options
        .pragma("journal_mode", "wal")
        .pragma("temp_store", "memory")
        .pragma("foreign_keys", "on")
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(STATEMENT_CACHE)
}

type SqliteOptions = sea_orm::sqlx::sqlite::SqliteConnectOptions;

#[cfg(test)]
mod tests;
