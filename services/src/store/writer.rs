//! Single writer for an SQLite file, with group commit.
//!
//! A commit is a flush, and a flush takes longer than all statements of a use case. So writers that arrive while others
//! wait join their transaction: each in a savepoint, which fails alone, and is answered only when the group's commit is
//! on the disk. The first write needs no savepoint: there is no other to keep if it fails.

mod checkpoint;

pub(super) use checkpoint::MAX_WAL_PAGES;

use super::{OnCommit, connection::Connection};
use crate::{Error, Result, metrics};
use sea_orm::{DatabaseConnection, DbErr};
use std::sync::{Arc, atomic::AtomicBool};
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, oneshot},
};
use tracing::Instrument;

/// Takes the write lock at once: upgrading a read lock later can fail.
const BEGIN: &str = "BEGIN IMMEDIATE";
const SAVEPOINT: &str = "SAVEPOINT group_write";
const RELEASE: &str = "RELEASE group_write";
const ROLL_BACK_TO: &str = "ROLLBACK TO group_write";

/// SQLite's single writer. Cheap to clone.
#[derive(Clone)]
pub(super) struct Writer(Arc<WriterState>);

/// State shared by the clones of a writer.
struct WriterState {
    group: Arc<Mutex<CommitGroup>>,
    /// Connection for checkpoints. Separate from the readers' pool, so that a checkpoint made while writers are blocked
    /// doesn't wait for readers.
    checkpointer: DatabaseConnection,
    /// WAL length, in pages, above which a checkpoint blocks writers so that the log restarts.
    max_wal_pages: i64,
    /// Whether a checkpoint is scheduled.
    checkpoint_due: AtomicBool,
}

/// The right to write: in a new group's transaction, or in a savepoint of the open group's. Rolled back on drop.
pub(super) struct WriterGuard {
    connection: Arc<Connection>,
    /// The writer lock. `None` once the write has ended.
    group: Option<OwnedMutexGuard<CommitGroup>>,
}

/// The writes that are committed together.
pub(super) struct CommitGroup {
    /// A pool with a single connection.
    pool: DatabaseConnection,
    /// Dropped after each failure, and then replaced from the pool.
    connection: Option<Arc<Connection>>,
    /// Whether the group has finished writes that aren't committed yet.
    is_open: bool,
    /// Whether the current write runs in a savepoint.
    is_nested: bool,
    waiters: Vec<Waiter>,
}

/// A finished write that waits for the group's commit.
struct Waiter {
    on_commit: OnCommit,
    sender: oneshot::Sender<Committed>,
}

pub(super) type Committed = std::result::Result<(), DbErr>;

impl Writer {
    pub(super) fn new(pool: DatabaseConnection, checkpointer: DatabaseConnection, max_wal_pages: i64) -> Self {
        let group = CommitGroup { pool, connection: None, is_open: false, is_nested: false, waiters: Vec::new() };
        let checkpoint_due = AtomicBool::new(false);
        Self(Arc::new(WriterState { group: Arc::new(Mutex::new(group)), checkpointer, max_wal_pages, checkpoint_due }))
    }

    /// Waits for the writer lock, in FIFO order, and begins a write.
    pub(super) async fn acquire(&self) -> Result<WriterGuard> {
        let group = metrics::measure_queue_wait("writes", self.0.group.clone().lock_owned()).await;
        // In its own task, so that cancelling `acquire` can't interrupt the statement that begins the write.
        tokio::spawn(self.clone().begin_write(group).in_current_span()).await.map_err(Error::internal)?
    }

    async fn begin_write(self, mut group: OwnedMutexGuard<CommitGroup>) -> Result<WriterGuard> {
        let is_first = !group.is_open;
        let connection = group.begin_transaction_or_savepoint().await?;
        if is_first {
            tokio::spawn(self.commit_group().in_current_span());
        }
        Ok(WriterGuard { connection, group: Some(group) })
    }

    /// Commits the open group and closes the file. Waits for the current writer.
    pub(super) async fn close(&self) -> Result<()> {
        let mut group = self.0.group.lock().await;
        group.commit_all().await;
        group.connection = None;
        self.0.checkpointer.close_by_ref().await?;
        Ok(group.pool.close_by_ref().await?)
    }

    /// Commits the group that was just opened. Queues for the FIFO lock twice: writers that arrived while the first one
    /// wrote get it in between, and so join the group.
    #[tracing::instrument(name = "flush", level = "debug", skip_all)]
    async fn commit_group(self) {
        drop(self.0.group.lock().await);
        self.0.group.lock().await.commit_all().await;
        self.checkpoint_soon();
    }
}

impl CommitGroup {
    /// Begins a transaction, or a savepoint in the open one.
    async fn begin_transaction_or_savepoint(&mut self) -> std::result::Result<Arc<Connection>, DbErr> {
        self.is_nested = self.is_open;
        let connection = match &self.connection {
            Some(connection) => connection.clone(),
            None => Arc::new(Connection::acquire(&self.pool).await?),
        };
        self.connection = Some(connection.clone());
        let result =
            if self.is_nested { connection.run_control(SAVEPOINT).await } else { connection.begin(BEGIN).await };
        match result {
            Ok(()) => Ok(connection),
            Err(error) => Err(self.fail_all(error)),
        }
    }

    /// Adds a finished write to the group; rolls it back if one of its statements has failed.
    async fn add_write(&mut self, connection: &Connection) -> Committed {
        if let Some(error) = connection.failure() {
            self.roll_back_write(connection).await;
            return Err(error);
        }
        if self.is_nested
            && let Err(error) = connection.run_control(RELEASE).await
        {
            return Err(self.fail_all(error));
        }
        self.is_open = true;
        Ok(())
    }

    /// Rolls back the current write only.
    async fn roll_back_write(&mut self, connection: &Connection) {
        let result = match self.is_nested {
            true => connection.roll_back_to([ROLL_BACK_TO, RELEASE]).await,
            false => connection.roll_back().await,
        };
        if let Err(error) = result {
            // Report why it was rolled back, not that there is no savepoint left.
            self.fail_all(connection.failure().unwrap_or(error));
        }
    }

    /// Commits the open transaction and answers its waiters in their order.
    async fn commit_all(&mut self) {
        let Some(connection) = self.connection.clone().filter(|_| self.is_open) else { return };
        self.is_open = false;
        ::metrics::histogram!(metrics::COMMIT_BATCH_SIZE).record(self.waiters.len() as f64);
        if let Err(error) = metrics::measure_commit(connection.commit()).await {
            self.fail_all(error);
        }
        for waiter in self.waiters.drain(..) {
            (waiter.on_commit)();
            // The receiver is gone if the process is shutting down.
            let _ = waiter.sender.send(Ok(()));
        }
    }

    /// Fails all waiters and drops the connection, whose state is unknown.
    fn fail_all(&mut self, error: DbErr) -> DbErr {
        self.connection = None;
        self.is_open = false;
        self.waiters.drain(..).for_each(|waiter| drop(waiter.sender.send(Err(error.clone()))));
        error
    }
}

impl WriterGuard {
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Waits until the group's commit is on the disk, then runs `on_commit`. Releases the background permit as soon as
    /// the write has joined the group.
    pub(super) async fn wait_committed(
        self,
        background: Option<OwnedSemaphorePermit>,
        on_commit: OnCommit,
    ) -> Result<Committed> {
        // In its own task: cancelling the caller halfway would fail the whole group.
        let joined = tokio::spawn(self.join_group(on_commit).in_current_span()).await.map_err(Error::internal)?;
        drop(background);
        match joined {
            Ok(committed) => committed.await.map_err(Error::internal),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn join_group(mut self, on_commit: OnCommit) -> std::result::Result<oneshot::Receiver<Committed>, DbErr> {
        let (sender, committed) = oneshot::channel();
        if let Some(mut group) = self.group.take() {
            group.add_write(&self.connection).await?;
            group.waiters.push(Waiter { on_commit, sender });
        }
        Ok(committed)
    }

    pub(super) async fn roll_back(mut self) {
        if let Some(mut group) = self.group.take() {
            group.roll_back_write(&self.connection).await;
        }
    }
}

impl Drop for WriterGuard {
    fn drop(&mut self) {
        if let Some(mut group) = self.group.take()
            && let Ok(runtime) = Handle::try_current()
        {
            let connection = self.connection.clone();
            runtime.spawn(async move { group.roll_back_write(&connection).await });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MAX_WAL_PAGES;
    use crate::store::Store;
    use sea_orm::ConnectionTrait;
    use std::task::Poll;
    use tempfile::TempDir;

    async fn count(store: &Store) -> usize {
        let query = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "SELECT name FROM act");
        store.reader().query_all_raw(query).await.expect("an answer").len()
    }

    /// Creates a database in a temporary folder.
    pub(super) async fn open_store(max_wal_pages: i64) -> (TempDir, Store) {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("acts.db").display());
        let store = Store::connect_with(&url, max_wal_pages).await.expect("a database");
        let tx = store.write().await.expect("a transaction");
        tx.execute_unprepared("CREATE TABLE act (name text UNIQUE)").await.expect("a table");
        tx.commit().await.expect("a commit");
        (folder, store)
    }

    #[tokio::test]
    async fn waiting_writers_share_a_commit() {
        let (_folder, store) = open_store(MAX_WAL_PAGES).await;
        let first = store.write().await.expect("a transaction");
        first.execute_unprepared("INSERT INTO act VALUES ('band')").await.expect("a row");
        // Queued before the first write ends, and so in the same group.
        let first = tokio::spawn(first.commit());
        let second = store.write().await.expect("a transaction");
        assert_eq!(count(&store).await, 0, "committed while a writer of the group still writes");
        assert!(!first.is_finished(), "acknowledged before the flush");
        second.execute_unprepared("INSERT INTO act VALUES ('choir')").await.expect("a row");
        second.commit().await.expect("a commit");
        first.await.expect("no panic").expect("a commit");
        assert_eq!(count(&store).await, 2);
    }

    #[tokio::test]
    async fn a_failed_write_does_not_fail_its_commit_group() {
        let (_folder, store) = open_store(MAX_WAL_PAGES).await;
        let first = store.write().await.expect("a transaction");
        first.execute_unprepared("INSERT INTO act VALUES ('band')").await.expect("a row");
        let first = tokio::spawn(first.commit());
        let second = store.write().await.expect("a transaction");
        second.execute_unprepared("INSERT INTO act VALUES ('choir')").await.expect("a row");
        second.execute_unprepared("INSERT INTO act VALUES ('band')").await.expect_err("the name is taken");
        drop(second);
        first.await.expect("no panic").expect("a commit");
        assert_eq!(count(&store).await, 1);
    }

    /// Cancels at the moment when the write begins, or just before: SQLite runs in its own thread, so either may
    /// happen.
    #[tokio::test]
    async fn cancelling_acquire_loses_no_other_write() {
        let (_folder, store) = open_store(MAX_WAL_PAGES).await;
        for acts in 1..=20 {
            let first = store.write().await.expect("a transaction");
            first.execute_unprepared(&format!("INSERT INTO act VALUES ('{acts}')")).await.expect("a row");
            let first = tokio::spawn(first.commit());
            let (mut second, mut polls) = (Box::pin(store.write()), 0);
            // The first poll joins the queue; at the second, the write begins.
            let going = std::future::poll_fn(|context| {
                polls += 1;
                let pending = second.as_mut().poll(context).is_pending();
                if pending && polls < 2 { Poll::Pending } else { Poll::Ready(()) }
            });
            going.await;
            drop(second);
            first.await.expect("no panic").expect("a commit");
            assert_eq!(count(&store).await, acts, "an acknowledged write is missing");
        }
    }

    #[tokio::test]
    async fn close_answers_pending_commits_first() {
        let (_folder, store) = open_store(MAX_WAL_PAGES).await;
        let last = store.write().await.expect("a transaction");
        last.execute_unprepared("INSERT INTO act VALUES ('band')").await.expect("a row");
        let last = tokio::spawn(last.commit());
        store.close().await.expect("closing");
        last.await.expect("no panic").expect("a commit");
    }

    #[tokio::test]
    async fn a_failed_first_write_leaves_no_rows() {
        let (_folder, store) = open_store(MAX_WAL_PAGES).await;
        let first = store.write().await.expect("a transaction");
        first.execute_unprepared("INSERT INTO act VALUES ('band')").await.expect("a row");
        drop(first);
        let second = store.write().await.expect("a transaction");
        second.execute_unprepared("INSERT INTO act VALUES ('choir')").await.expect("a row");
        second.commit().await.expect("a commit");
        assert_eq!(count(&store).await, 1);
    }

    #[tokio::test]
    async fn a_failed_commit_group_releases_the_file() {
        let (_folder, store) = open_store(MAX_WAL_PAGES).await;
        drop(store.write().await.expect("a transaction"));
        let next = store.write().await.expect("another transaction after the first group failed");
        next.commit().await.expect("a commit");
    }
}
