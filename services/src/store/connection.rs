//! A connection whose transactions begin and end in SQL, so that the database decides whether one is open.
//!
//! sqlx counts transactions instead. Its count is wrong as soon as SQLite rolls back by itself (full disk, I/O error)
//! or PostgreSQL aborts: the supposed commit then only releases a savepoint, and its writes are lost. Nothing is
//! counted here: `BEGIN` fails inside a transaction, `COMMIT` outside of one, and a savepoint can't be released once
//! its transaction is gone.

use crate::metrics;
use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    Statement,
    prelude::async_trait::async_trait,
    sea_query::Values,
    sqlx::{self, AssertSqlSafe, Postgres, Sqlite, pool::PoolConnection, query::Query},
};
use sea_query_sqlx::SqlxValues;
use std::sync::{
    PoisonError,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::{Mutex, MutexGuard};

type Result<T> = std::result::Result<T, DbErr>;

/// A pooled connection. Returns to the pool only between transactions that ended well; closed otherwise.
pub(crate) struct Connection {
    raw: Mutex<RawConnection>,
    backend: DbBackend,
    /// The first statement that has failed since the transaction or savepoint began.
    failed: std::sync::Mutex<Option<DbErr>>,
    /// Whether no transaction can be open.
    is_idle: AtomicBool,
}

enum RawConnection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// Runs the same code on either kind of connection.
macro_rules! with_raw {
    ($raw:expr, $connection:ident => $work:expr) => {
        match $raw {
            RawConnection::Sqlite(pooled) => {
                let $connection = &mut **pooled;
                $work
            }
            RawConnection::Postgres(pooled) => {
                let $connection = &mut **pooled;
                $work
            }
        }
    };
}

impl Connection {
    /// Takes a connection from the pool, or opens one.
    pub(super) async fn acquire(pool: &DatabaseConnection) -> Result<Self> {
        let backend = pool.get_database_backend();
        let raw = match backend {
            DbBackend::Postgres => pool.get_postgres_connection_pool().acquire().await.map(RawConnection::Postgres),
            _ => pool.get_sqlite_connection_pool().acquire().await.map(RawConnection::Sqlite),
        };
        let raw = Mutex::new(raw.map_err(acquire_error)?);
        Ok(Self { raw, backend, failed: std::sync::Mutex::default(), is_idle: AtomicBool::new(true) })
    }

    /// Begins a transaction with the statement `begin`.
    pub(super) async fn begin(&self, begin: &'static str) -> Result<()> {
        self.is_idle.store(false, Ordering::Relaxed);
        self.run_control(begin).await
    }

    /// Commits, unless a statement has failed. Fails if the database has no transaction open.
    pub(super) async fn commit(&self) -> Result<()> {
        if let Some(error) = self.failure() {
            return Err(error);
        }
        let commit = match self.backend {
            // PostgreSQL reports success for the commit of an aborted transaction, or of none. SAVEPOINT fails in both
            // cases, and sending the two together costs one round trip.
            DbBackend::Postgres => "SAVEPOINT intact; COMMIT",
            _ => "COMMIT",
        };
        self.run_control(commit).await?;
        self.is_idle.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Rolls back. Fails if a statement has failed: the connection is then closed instead of reused.
    pub(super) async fn roll_back(&self) -> Result<()> {
        if let Some(error) = self.failure() {
            return Err(error);
        }
        self.run_control("ROLLBACK").await?;
        self.is_idle.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Rolls back to the savepoint and releases it. Fails if SQLite has rolled back the whole transaction by itself.
    pub(super) async fn roll_back_to(&self, [roll_back, release]: [&'static str; 2]) -> Result<()> {
        self.run_control(roll_back).await?;
        self.run_control(release).await?;
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// Runs a statement that begins or ends a transaction or savepoint.
    pub(super) async fn run_control(&self, sql: &'static str) -> Result<()> {
        let done = match &mut *self.raw.lock().await {
            RawConnection::Sqlite(connection) => sqlx::query(sql).execute(&mut **connection).await.map(drop),
            // The simple query protocol: one message, nothing prepared.
            RawConnection::Postgres(connection) => sqlx::raw_sql(sql).execute(&mut **connection).await.map(drop),
        };
        self.record_failure(done.map_err(exec_error))
    }

    /// Returns the reason why the transaction can't be committed, if there is one.
    pub(super) fn failure(&self) -> Option<DbErr> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns whether the connection may begin a transaction, and so return to the pool.
    fn is_idle(&self) -> bool {
        self.is_idle.load(Ordering::Relaxed)
    }

    /// Refuses statements after a failed one, as PostgreSQL does: if SQLite has rolled back, each further statement
    /// would commit by itself.
    async fn lock_usable(&self) -> Result<MutexGuard<'_, RawConnection>> {
        let raw = self.raw.lock().await;
        self.failure().map_or(Ok(raw), Err)
    }

    fn record_failure<T>(&self, done: Result<T>) -> Result<T> {
        if let Err(error) = &done {
            self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| error.clone());
        }
        done
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.is_idle() {
            match self.raw.get_mut() {
                RawConnection::Sqlite(connection) => connection.close_on_drop(),
                RawConnection::Postgres(connection) => connection.close_on_drop(),
            }
        }
    }
}

#[async_trait]
impl ConnectionTrait for Connection {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult> {
        let mut raw = self.lock_usable().await?;
        metrics::count_query();
        let done = with_raw!(&mut *raw, connection => {
            bind_statement(statement).execute(connection).await.map(ExecResult::from)
        });
        self.record_failure(done.map_err(exec_error))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult> {
        let mut raw = self.lock_usable().await?;
        let sql = AssertSqlSafe(sql.to_owned());
        let done =
            with_raw!(&mut *raw, connection => sqlx::raw_sql(sql).execute(connection).await.map(ExecResult::from));
        self.record_failure(done.map_err(exec_error))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>> {
        let mut raw = self.lock_usable().await?;
        metrics::count_query();
        let row = with_raw!(&mut *raw, connection => {
            bind_statement(statement).fetch_optional(connection).await.map(|row| row.map(QueryResult::from))
        });
        self.record_failure(row.map_err(query_error))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>> {
        let mut raw = self.lock_usable().await?;
        metrics::count_query();
        let rows = with_raw!(&mut *raw, connection => {
            let rows = bind_statement(statement).fetch_all(connection).await;
            rows.map(|rows| rows.into_iter().map(QueryResult::from).collect())
        });
        self.record_failure(rows.map_err(query_error))
    }
}

/// Converts a statement and its values to a query of sqlx.
fn bind_statement<'q, DB>(statement: Statement) -> Query<'q, DB, SqlxValues>
where
    DB: sqlx::Database,
    SqlxValues: sqlx::IntoArguments<DB>,
{
    let values = statement.values.unwrap_or(Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql), SqlxValues(values))
}

/// Maps an error in acquiring a connection as SeaORM does.
fn acquire_error(error: sqlx::Error) -> DbErr {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        error => DbErr::Conn(RuntimeErr::SqlxError(error.into())),
    }
}

fn exec_error(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

fn query_error(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
