//! One writer for an SQLite file, and a commit for all who wait.
//!
//! A commit is a flush, and a flush takes longer than all the statements of a use case. So whoever writes while
//! others wait joins their transaction: in a savepoint of their own, which fails alone, and answered only when what all of
//! them wrote is on the disk. The first needs no savepoint: should it fail, there is nobody else's to be kept.

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

/// Takes the lock on the file at once: one that is taken later can fail.
const BEGIN: &str = "BEGIN IMMEDIATE";
const SAVEPOINT: &str = "SAVEPOINT group_write";
const RELEASE: &str = "RELEASE group_write";
const ROLL_BACK_TO: &str = "ROLLBACK TO group_write";

/// SQLite's one writer. Cheap to clone.
#[derive(Clone)]
pub(super) struct Writer(Arc<WriterState>);

/// Where there is room for one to write.
struct WriterState {
    group: Arc<Mutex<CommitGroup>>,
    /// Moves the log. It has a connection of its own: in a turn it must not stand behind those who read.
    checkpointer: DatabaseConnection,
    /// The length from which on the log is to begin anew, though somebody always writes.
    max_wal_pages: i64,
    /// Whether the log is about to be moved.
    checkpoint_due: AtomicBool,
}

/// A turn to write: the transaction of a new group, or a savepoint in that of the open one. Undone where it is dropped.
pub(super) struct WriterGuard {
    connection: Arc<Connection>,
    /// The place in the line. Gone once the turn is over.
    group: Option<OwnedMutexGuard<CommitGroup>>,
}

/// Those who are committed together.
pub(super) struct CommitGroup {
    /// Where the connection comes from: a pool of one.
    pool: DatabaseConnection,
    /// Replaced after every failure.
    connection: Option<Arc<Connection>>,
    /// Whether somebody of a group has written what is to be committed.
    is_open: bool,
    /// Whether the turn is in a savepoint.
    is_nested: bool,
    waiters: Vec<Waiter>,
}

/// One of a group that has written, and waits for the flush.
struct Waiter {
    then: OnCommit,
    answer: oneshot::Sender<Committed>,
}

pub(super) type Committed = std::result::Result<(), DbErr>;

impl Writer {
    pub(super) fn new(pool: DatabaseConnection, checkpointer: DatabaseConnection, max_wal_pages: i64) -> Self {
        let group = CommitGroup { pool, connection: None, is_open: false, is_nested: false, waiters: Vec::new() };
        let checkpoint_due = AtomicBool::new(false);
        Self(Arc::new(WriterState { group: Arc::new(Mutex::new(group)), checkpointer, max_wal_pages, checkpoint_due }))
    }

    /// Waits for its turn, first come, first served.
    pub(super) async fn acquire(&self) -> Result<WriterGuard> {
        let group = metrics::measure_queue_wait("writes", self.0.group.clone().lock_owned()).await;
        // In a task of its own: whoever asked may go while it begins.
        tokio::spawn(self.clone().begin_turn(group).in_current_span()).await.map_err(Error::internal)?
    }

    async fn begin_turn(self, mut group: OwnedMutexGuard<CommitGroup>) -> Result<WriterGuard> {
        let is_first = !group.is_open;
        let connection = group.begin_write().await?;
        if is_first {
            tokio::spawn(self.commit_group().in_current_span());
        }
        Ok(WriterGuard { connection, group: Some(group) })
    }

    /// Lets go of the file, once nobody writes any more.
    pub(super) async fn close(&self) -> Result<()> {
        let mut group = self.0.group.lock().await;
        group.commit_all().await;
        group.connection = None;
        self.0.checkpointer.close_by_ref().await?;
        Ok(group.pool.close_by_ref().await?)
    }

    /// Commits the group that was just opened. It waits in the same line, twice: whoever came while the first of them
    /// wrote is in the group as well.
    #[tracing::instrument(name = "flush", level = "debug", skip_all)]
    async fn commit_group(self) {
        drop(self.0.group.lock().await);
        self.0.group.lock().await.commit_all().await;
        self.checkpoint_soon();
    }
}

impl CommitGroup {
    /// Begins a turn.
    async fn begin_write(&mut self) -> std::result::Result<Arc<Connection>, DbErr> {
        self.is_nested = self.is_open;
        let connection = match &self.connection {
            Some(connection) => connection.clone(),
            None => Arc::new(Connection::acquire(&self.pool).await?),
        };
        self.connection = Some(connection.clone());
        let begun =
            if self.is_nested { connection.run_control(SAVEPOINT).await } else { connection.begin(BEGIN).await };
        match begun {
            Ok(()) => Ok(connection),
            Err(error) => Err(self.fail_all(error)),
        }
    }

    /// Keeps what was written in a turn, to be committed with the others'.
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

    /// Undoes what was written in a turn.
    async fn roll_back_write(&mut self, connection: &Connection) {
        let undone = match self.is_nested {
            true => connection.roll_back_to([ROLL_BACK_TO, RELEASE]).await,
            false => connection.roll_back().await,
        };
        if let Err(error) = undone {
            // The others want to know why it was undone, not that there is nothing left to undo.
            self.fail_all(connection.failure().unwrap_or(error));
        }
    }

    /// Commits what is open, and answers all who are in it, in their order.
    async fn commit_all(&mut self) {
        let Some(connection) = self.connection.clone().filter(|_| self.is_open) else { return };
        self.is_open = false;
        ::metrics::histogram!(metrics::COMMITTED_TOGETHER).record(self.waiters.len() as f64);
        if let Err(error) = metrics::measure_commit(connection.commit()).await {
            self.fail_all(error);
        }
        for waiter in self.waiters.drain(..) {
            (waiter.then)();
            // Whoever asked may have been stopped with the process.
            let _ = waiter.answer.send(Ok(()));
        }
    }

    /// Answers all who are in it that nothing of theirs will last, and throws the connection away: nobody knows what
    /// state it is in.
    fn fail_all(&mut self, error: DbErr) -> DbErr {
        self.connection = None;
        self.is_open = false;
        self.waiters.drain(..).for_each(|waiter| drop(waiter.answer.send(Err(error.clone()))));
        error
    }
}

impl WriterGuard {
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Waits until what was written is on the disk with all that the group wrote, and does something then.
    /// The background permit is released while this waits.
    pub(super) async fn wait_committed(
        self,
        background: Option<OwnedSemaphorePermit>,
        then: OnCommit,
    ) -> Result<Committed> {
        // In a task of its own: whoever asked may go meanwhile, and a turn that ends halfway takes the others along.
        let kept = tokio::spawn(self.join_group(then).in_current_span()).await.map_err(Error::internal)?;
        drop(background);
        match kept {
            Ok(answered) => answered.await.map_err(Error::internal),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn join_group(mut self, then: OnCommit) -> std::result::Result<oneshot::Receiver<Committed>, DbErr> {
        let (answer, answered) = oneshot::channel();
        if let Some(mut group) = self.group.take() {
            group.add_write(&self.connection).await?;
            group.waiters.push(Waiter { then, answer });
        }
        Ok(answered)
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

    /// A database, and where it is.
    pub(super) async fn opened(max_wal_pages: i64) -> (TempDir, Store) {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("acts.db").display());
        let store = Store::connect_with(&url, max_wal_pages).await.expect("a database");
        let tx = store.write().await.expect("a turn");
        tx.execute_unprepared("CREATE TABLE act (name text UNIQUE)").await.expect("a table");
        tx.commit().await.expect("a commit");
        (folder, store)
    }

    #[tokio::test]
    async fn waiting_writers_share_a_commit() {
        let (_folder, store) = opened(MAX_WAL_PAGES).await;
        let first = store.write().await.expect("a turn");
        first.execute_unprepared("INSERT INTO act VALUES ('band')").await.expect("a row");
        // In line before the first is done: so it is in the same group.
        let first = tokio::spawn(first.commit());
        let second = store.write().await.expect("a turn");
        assert_eq!(count(&store).await, 0, "committed while somebody of the group still writes");
        assert!(!first.is_finished(), "answered before the flush");
        second.execute_unprepared("INSERT INTO act VALUES ('choir')").await.expect("a row");
        second.commit().await.expect("a commit");
        first.await.expect("no panic").expect("a commit");
        assert_eq!(count(&store).await, 2);
    }

    #[tokio::test]
    async fn a_failed_write_does_not_fail_its_commit_group() {
        let (_folder, store) = opened(MAX_WAL_PAGES).await;
        let first = store.write().await.expect("a turn");
        first.execute_unprepared("INSERT INTO act VALUES ('band')").await.expect("a row");
        let first = tokio::spawn(first.commit());
        let second = store.write().await.expect("a turn");
        second.execute_unprepared("INSERT INTO act VALUES ('choir')").await.expect("a row");
        second.execute_unprepared("INSERT INTO act VALUES ('band')").await.expect_err("there is one already");
        drop(second);
        first.await.expect("no panic").expect("a commit");
        assert_eq!(count(&store).await, 1);
    }

    /// As when a client goes in just that moment, which comes or doesn't: the file is written by a thread of its own.
    #[tokio::test]
    async fn cancelling_acquire_loses_no_other_write() {
        let (_folder, store) = opened(MAX_WAL_PAGES).await;
        for acts in 1..=20 {
            let first = store.write().await.expect("a turn");
            first.execute_unprepared(&format!("INSERT INTO act VALUES ('{acts}')")).await.expect("a row");
            let first = tokio::spawn(first.commit());
            let (mut second, mut polls) = (Box::pin(store.write()), 0);
            // Asked once, it stands in the line; asked again, its turn has come, and begins.
            let going = std::future::poll_fn(|context| {
                polls += 1;
                let pending = second.as_mut().poll(context).is_pending();
                if pending && polls < 2 { Poll::Pending } else { Poll::Ready(()) }
            });
            going.await;
            drop(second);
            first.await.expect("no panic").expect("a commit");
            assert_eq!(count(&store).await, acts, "what was answered is there");
        }
    }

    #[tokio::test]
    async fn close_answers_pending_commits_first() {
        let (_folder, store) = opened(MAX_WAL_PAGES).await;
        let last = store.write().await.expect("a turn");
        last.execute_unprepared("INSERT INTO act VALUES ('band')").await.expect("a row");
        let last = tokio::spawn(last.commit());
        store.close().await.expect("closing");
        last.await.expect("no panic").expect("a commit");
    }

    #[tokio::test]
    async fn a_failed_first_write_leaves_no_rows() {
        let (_folder, store) = opened(MAX_WAL_PAGES).await;
        let first = store.write().await.expect("a turn");
        first.execute_unprepared("INSERT INTO act VALUES ('band')").await.expect("a row");
        drop(first);
        let second = store.write().await.expect("a turn");
        second.execute_unprepared("INSERT INTO act VALUES ('choir')").await.expect("a row");
        second.commit().await.expect("a commit");
        assert_eq!(count(&store).await, 1);
    }

    #[tokio::test]
    async fn a_failed_commit_group_releases_the_file() {
        let (_folder, store) = opened(MAX_WAL_PAGES).await;
        drop(store.write().await.expect("a turn"));
        let again = store.write().await.expect("another turn, once the first group is closed");
        again.commit().await.expect("a commit");
    }
}
