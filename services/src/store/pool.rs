//! Connection pool, and the queue for its connections.

use super::connection::Connection;
use crate::metrics;
use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    prelude::async_trait::async_trait,
};
use std::{ops::Deref, sync::Arc, time::Duration};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Longest time to wait for a connection.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

type Result<T> = std::result::Result<T, DbErr>;

/// A connection pool that also runs single statements. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pool {
    connections: DatabaseConnection,
    /// One permit for each connection, so that waiting happens here, where it is measured.
    permits: Arc<Semaphore>,
}

/// A transaction on a pooled connection. Rolled back on drop.
pub(crate) struct PooledTransaction {
    lease: Arc<LeasedConnection>,
    has_ended: bool,
}

/// A connection, and its permit.
struct LeasedConnection {
    connection: Connection,
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    pub(super) fn new(connections: DatabaseConnection, size: u32) -> Self {
        Self { connections, permits: Arc::new(Semaphore::new(size as usize)) }
    }

    /// Begins a transaction with the statement `begin`. `queue` labels the wait in the queue metric.
    pub(super) async fn begin(&self, queue: &'static str, begin: &'static str) -> Result<PooledTransaction> {
        let permit = self.acquire_permit(queue).await?;
        let connection = Connection::acquire(&self.connections).await?;
        connection.begin(begin).await?;
        Ok(PooledTransaction { lease: Arc::new(LeasedConnection { connection, _permit: permit }), has_ended: false })
    }

    /// Returns how many connections are in use and how many are idle.
    pub(super) fn connections(&self) -> [(&'static str, usize); 2] {
        let (open, idle) = match self.connections.get_database_backend() {
            DbBackend::Postgres => {
                let pool = self.connections.get_postgres_connection_pool();
                (pool.size(), pool.num_idle())
            }
            _ => {
                let pool = self.connections.get_sqlite_connection_pool();
                (pool.size(), pool.num_idle())
            }
        };
        [("used", (open as usize).saturating_sub(idle)), ("idle", idle)]
    }

    pub(super) async fn close(&self) -> Result<()> {
        self.connections.close_by_ref().await
    }

    async fn acquire_permit(&self, queue: &'static str) -> Result<OwnedSemaphorePermit> {
        let permit =
            timeout(ACQUIRE_TIMEOUT, metrics::measure_queue_wait(queue, self.permits.clone().acquire_owned())).await;
        permit.ok().and_then(std::result::Result::ok).ok_or(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))
    }
}

impl PooledTransaction {
    /// Commits and returns the connection to the pool. Fails if an earlier statement of the transaction has failed.
    pub(super) async fn commit(mut self) -> Result<()> {
        self.has_ended = true;
        self.connection().commit().await
    }

    pub(super) async fn roll_back(mut self) -> Result<()> {
        self.has_ended = true;
        self.connection().roll_back().await
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.lease.connection
    }
}

impl Drop for PooledTransaction {
    fn drop(&mut self) {
        if !self.has_ended
            && let Ok(runtime) = Handle::try_current()
        {
            let lease = self.lease.clone();
            // A connection whose rollback fails is closed.
            runtime.spawn(async move { drop(lease.connection.roll_back().await) });
        }
    }
}

impl Deref for PooledTransaction {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.connection()
    }
}

#[async_trait]
impl ConnectionTrait for Pool {
    fn get_database_backend(&self) -> DbBackend {
        self.connections.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult> {
        let _permit = self.acquire_permit("reads").await?;
        self.connections.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult> {
        let _permit = self.acquire_permit("reads").await?;
        self.connections.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>> {
        let _permit = self.acquire_permit("reads").await?;
        self.connections.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>> {
        let _permit = self.acquire_permit("reads").await?;
        self.connections.query_all_raw(statement).await
    }
}
