mod connection;
mod health;
mod pool;
pub(crate) mod statement_buckets;
mod writer;

use crate::{Error, Result, metrics, talents};
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

/// Connections to PostgreSQL, and as many as read from SQLite at the most.
const CONNECTIONS: u32 = 16;
/// Connections that read from SQLite, for each core: each is a thread.
const READERS_PER_CORE: usize = 2;
/// And no fewer than these, so that one who reads for long keeps nobody else from it.
const READERS: usize = 4;
/// A connection that was used within this time is taken for alive. To ask each one each time would take as long as what
/// most of them are for.
const TEST_AFTER_IDLE: Duration = Duration::from_secs(1);
/// Statements that a connection keeps prepared: all there are, in each of their sizes.
const STATEMENT_CACHE: usize = 512;
/// Any number will do, as long as every version of the program uses the same.
const MIGRATION_LOCK: i64 = 0x6772_6e72;

/// Turns at once of what nobody waits for, so that messages never stand behind a crowd of receipts.
const BACKGROUND_WRITES: usize = 4;

/// What is asked of SQLite beyond what every connection asks, by what the connection is for.
type Pragmas = &'static [(&'static str, &'static str)];
/// Its log is moved by others.
const WRITER_PRAGMAS: Pragmas = &[("wal_autocheckpoint", "0")];
/// Read where the system keeps the file anyway: what is written makes each connection's own copies worthless.
const READER_PRAGMAS: Pragmas = &[("query_only", "on"), ("mmap_size", "1073741824")];

/// What is done once a transaction is committed, before anybody else's is.
type OnCommit = Box<dyn FnOnce() + Send + Sync>;

/// The database. On SQLite one connection writes and others read; on PostgreSQL one pool does both.
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

/// A transaction that writes. Dropped without a commit, it never was.
pub(crate) struct Transaction {
    kind: TransactionKind,
    health: Arc<WriteHealth>,
    /// Room in the line of what nobody waits for.
    background: Option<OwnedSemaphorePermit>,
}

/// Where it takes place.
enum TransactionKind {
    /// On the connection that writes.
    Serialized(WriterGuard),
    /// On one of many.
    Pooled(PooledTransaction),
}

impl Store {
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        Self::connect_with(url, writer::MAX_WAL_PAGES).await
    }

    /// The same with another length from which on SQLite's log is too long.
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
        let both = Pool::new(connect_counted(connect_options(url, CONNECTIONS, &[])).await?, CONNECTIONS);
        Ok(Self { write_mode: WriteMode::Pooled(both.clone()), reader: both, background, health })
    }

    /// A transaction that writes something somebody waits for.
    pub(crate) async fn write(&self) -> Result<Transaction> {
        let kind = match &self.write_mode {
            WriteMode::Serialized(writer) => TransactionKind::Serialized(writer.acquire().await?),
            WriteMode::Pooled(pool) => TransactionKind::Pooled(pool.begin("writes", "BEGIN").await?),
        };
        Ok(Transaction { kind, health: self.health.clone(), background: None })
    }

    /// A transaction for what nobody waits for: receipts, who is here, keeping house. A few at a time.
    pub(crate) async fn write_background(&self) -> Result<Transaction> {
        let room = metrics::measure_queue_wait("aside", self.background.clone().acquire_owned())
            .await
            .map_err(Error::internal)?;
        Ok(Transaction { background: Some(room), ..self.write().await? })
    }

    /// A transaction in which every statement sees the same moment.
    pub(crate) async fn snapshot(&self) -> Result<PooledTransaction> {
        let begin = match self.reader.get_database_backend() {
            DbBackend::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            _ => "BEGIN",
        };
        Ok(self.reader.begin("reads", begin).await?)
    }

    /// Whether other nodes may write to it.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.write_mode, WriteMode::Pooled(_))
    }

    /// For single statements that only read.
    pub(crate) fn reader(&self) -> &Pool {
        &self.reader
    }

    /// How many connections are in use and how many are idle: on SQLite of those that read, on PostgreSQL of all.
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
    /// Makes it last: comes back when it is on the disk.
    pub(crate) async fn commit(self) -> Result<()> {
        self.commit_then(Box::new(|| ())).await
    }

    /// The same, and does something then, in the order of the commits where there is one writer. A transaction of which
    /// a statement has failed isn't committed.
    #[tracing::instrument(name = "commit", level = "debug", skip_all)]
    pub(crate) async fn commit_then(self, then: OnCommit) -> Result<()> {
        let Self { kind, health, background } = self;
        match kind {
            TransactionKind::Serialized(turn) => Ok(health.record_write(turn.wait_committed(background, then).await?)?),
            TransactionKind::Pooled(tx) => {
                let committing = async move {
                    health.record_write(metrics::measure_commit(tx.commit()).await)?;
                    drop(background);
                    then();
                    Ok(())
                };
                // In a task of its own: whoever asked may go meanwhile, and what is committed has to be told.
                tokio::spawn(committing.in_current_span()).await.map_err(Error::internal)?
            }
        }
    }

    /// Undoes everything at once.
    pub(crate) async fn rollback(self) {
        match self.kind {
            TransactionKind::Serialized(turn) => turn.roll_back().await,
            // What can't be rolled back ends with its connection.
            TransactionKind::Pooled(tx) => drop(tx.roll_back().await),
        }
    }

    fn connection(&self) -> &Connection {
        match &self.kind {
            TransactionKind::Serialized(turn) => turn.connection(),
            TransactionKind::Pooled(tx) => tx.connection(),
        }
    }
}

/// Brings the schema up to date. Several processes may do so at once: on PostgreSQL they take turns.
///
/// # Errors
/// When the database can't be reached, or a step fails.
pub async fn migrate(database_url: &str) -> Result<()> {
    let connection = Database::connect(connect_options(database_url, 1, &[])).await?;
    acquire_migration_lock(&connection).await?;
    // Where nodes share it, one of the version before may have to start again while a newer one has gone further.
    let fits = is_postgres(&connection) && has_all_migrations(&connection).await?;
    if !fits {
        Migrator::up(&connection, None).await?;
    }
    while talents::fill_missing_search_names(&connection).await? {}
    connection.close().await?;
    Ok(())
}

/// Whether all steps that this program knows were taken.
async fn has_all_migrations(connection: &DatabaseConnection) -> Result<bool> {
    let taken = Migrator::get_migration_models(connection).await?;
    let taken: HashSet<_> = taken.into_iter().map(|step| step.version).collect();
    Ok(Migrator::get_migration_files().iter().all(|step| taken.contains(step.name())))
}

fn is_postgres(connection: &impl ConnectionTrait) -> bool {
    connection.get_database_backend() == DbBackend::Postgres
}

/// Waits for other processes that migrate or seed. The turn ends with the connection.
pub(crate) async fn acquire_migration_lock(connection: &impl ConnectionTrait) -> Result<()> {
    if is_postgres(connection) {
        connection.execute_unprepared(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})")).await?;
    }
    Ok(())
}

/// Connects so that every statement is counted.
async fn connect_counted(options: ConnectOptions) -> Result<DatabaseConnection> {
    let mut connection = Database::connect(options).await?;
    connection.set_metric_callback(|_| metrics::count_query());
    Ok(connection)
}

/// How many connections read from SQLite.
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
    // At this level a test hears every statement; nobody else listens.
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

/// FULL flushes before a commit is answered. `synchronous=normal` in the URL does not, and may lose what was
/// acknowledged when the power goes: for measuring what a flush costs, and that its absence is found out.
fn without_synchronous(url: &str) -> (String, &'static str) {
    let normal = ["&synchronous=normal", "?synchronous=normal"].into_iter().find(|asked| url.contains(asked));
    normal.map_or_else(|| (url.to_owned(), "full"), |asked| (url.replace(asked, ""), "normal"))
}

/// WAL lets readers go on while one writes. What a savepoint may have to undo is kept in memory, not in a file.
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
