//! One writer for an SQLite file, and a commit for all who wait.
//!
//! A commit is a flush, and a flush takes longer than all the statements of a use case. So whoever writes while
//! others wait joins their transaction: in a savepoint of their own, which fails alone, and answered only when what all of
//! them wrote is on the disk. The first needs no savepoint: should it fail, there is nobody else's to be kept.

mod checkpoint;

pub(super) use checkpoint::LONG;

use super::Answered;
use crate::{Error, Result, measured};
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use std::sync::{Arc, atomic::AtomicBool};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};
use tracing::Instrument;

/// SQLite's one writer. Cheap to clone.
#[derive(Clone)]
pub(super) struct Writer(Arc<Desk>);

/// Where there is room for one to write.
struct Desk {
    group: Arc<Mutex<Group>>,
    /// Moves the log. It has a connection of its own: in a turn it must not stand behind those who read.
    mover: DatabaseConnection,
    /// The length from which on the log is to begin anew, though somebody always writes.
    long: i64,
    /// Whether the log is about to be moved.
    checkpoint_due: AtomicBool,
}

/// What belongs to one alone, and the place in the line that goes with it.
type Turn = (DatabaseTransaction, OwnedMutexGuard<Group>);

/// Those who are committed together.
pub(super) struct Group {
    connection: DatabaseConnection,
    /// The transaction that all of them are in.
    open: Option<DatabaseTransaction>,
    done: Vec<Done>,
}

/// One of a group that has written, and waits for the flush.
struct Done {
    then: Answered,
    answer: oneshot::Sender<std::result::Result<(), Arc<DbErr>>>,
}

impl Writer {
    pub(super) fn new(connection: DatabaseConnection, mover: DatabaseConnection, long: i64) -> Self {
        let group = Arc::new(Mutex::new(Group { connection, open: None, done: Vec::new() }));
        Self(Arc::new(Desk { group, mover, long, checkpoint_due: AtomicBool::new(false) }))
    }

    /// Waits for its turn, first come, first served, and gives the transaction of a new group, or a savepoint in the one
    /// that is open then.
    pub(super) async fn turn(&self) -> Result<Turn> {
        let group = measured::in_line("writes", self.0.group.clone().lock_owned()).await;
        // In a task of its own: SeaORM undoes what is around a savepoint as well, where whoever asked goes while it
        // begins. The others of the group would be answered as if it were on the disk.
        tokio::spawn(self.clone().begin(group).in_current_span()).await.map_err(Error::broken)?
    }

    async fn begin(self, mut group: OwnedMutexGuard<Group>) -> Result<Turn> {
        if let Some(open) = &group.open {
            return match open.begin().await {
                Ok(savepoint) => Ok((savepoint, group)),
                Err(error) => Err(group.fail(error)),
            };
        }
        let first = group.connection.begin_with_options(immediate()).await?;
        tokio::spawn(self.commit().in_current_span());
        Ok((first, group))
    }

    /// Lets go of the file, once nobody writes any more.
    pub(super) async fn close(&self) -> Result<()> {
        let mut group = self.0.group.lock().await;
        group.commit().await;
        self.0.mover.close_by_ref().await?;
        Ok(group.connection.close_by_ref().await?)
    }

    /// Commits the group that was just opened. It waits in the same line, twice: whoever came while the first of them
    /// wrote is in the group as well.
    #[tracing::instrument(name = "flush", level = "debug", skip_all)]
    async fn commit(self) {
        drop(self.0.group.lock().await);
        self.0.group.lock().await.commit().await;
        self.checkpoint_soon();
    }
}

impl Group {
    /// Takes what was written in a turn, to be committed with the others'.
    pub(super) async fn take(&mut self, written: DatabaseTransaction) -> std::result::Result<(), DbErr> {
        if self.open.is_some() {
            return written.commit().await;
        }
        self.open = Some(written);
        Ok(())
    }

    /// Commits what is open, and answers all who are in it, in their order.
    async fn commit(&mut self) {
        let Some(open) = self.open.take() else { return };
        let committed = measured::commit(open.commit()).await.map_err(Arc::new);
        metrics::histogram!(measured::COMMITTED_TOGETHER).record(self.done.len() as f64);
        for done in self.done.drain(..) {
            if committed.is_ok() {
                (done.then)();
            }
            // Whoever asked may have been stopped with the process.
            let _ = done.answer.send(committed.clone());
        }
    }

    /// Answers all who are in it that nothing of theirs will last.
    fn fail(&mut self, error: DbErr) -> Error {
        let error = Arc::new(error);
        self.open = None;
        self.done.drain(..).for_each(|done| drop(done.answer.send(Err(error.clone()))));
        Error::broken(error)
    }

    /// Waits until the group that this turn belongs to is on the disk.
    pub(super) async fn flushed(mut group: OwnedMutexGuard<Self>, then: Answered) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        group.done.push(Done { then, answer });
        drop(group);
        answered.await.map_err(Error::broken)?.map_err(Error::broken)
    }
}

/// Takes the lock on the file at once: one that is taken later can fail.
fn immediate() -> TransactionOptions {
    TransactionOptions {
        isolation_level: None,
        access_mode: None,
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
    }
}

#[cfg(test)]
mod tests {
    use super::LONG;
    use crate::store::Store;
    use sea_orm::ConnectionTrait;
    use std::task::Poll;
    use tempfile::TempDir;

    async fn count(store: &Store) -> usize {
        let query = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, "SELECT name FROM act");
        store.reader().query_all_raw(query).await.expect("an answer").len()
    }

    /// A database, and where it is.
    pub(super) async fn opened(long: i64) -> (TempDir, Store) {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("acts.db").display());
        let store = Store::connect_with(&url, long).await.expect("a database");
        let tx = store.write().await.expect("a turn");
        tx.execute_unprepared("CREATE TABLE act (name text UNIQUE)").await.expect("a table");
        tx.commit().await.expect("a commit");
        (folder, store)
    }

    #[tokio::test]
    async fn whoever_waits_is_committed_together_and_answered_only_then() {
        let (_folder, store) = opened(LONG).await;
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
    async fn one_bad_write_fails_alone() {
        let (_folder, store) = opened(LONG).await;
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
    async fn whoever_goes_as_their_turn_begins_takes_nobody_elses_writes_along() {
        let (_folder, store) = opened(LONG).await;
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
    async fn whoever_has_written_is_answered_before_the_file_is_let_go_of() {
        let (_folder, store) = opened(LONG).await;
        let last = store.write().await.expect("a turn");
        last.execute_unprepared("INSERT INTO act VALUES ('band')").await.expect("a row");
        let last = tokio::spawn(last.commit());
        store.close().await.expect("closing");
        last.await.expect("no panic").expect("a commit");
    }

    #[tokio::test]
    async fn a_first_that_fails_leaves_nothing_behind() {
        let (_folder, store) = opened(LONG).await;
        let first = store.write().await.expect("a turn");
        first.execute_unprepared("INSERT INTO act VALUES ('band')").await.expect("a row");
        drop(first);
        let second = store.write().await.expect("a turn");
        second.execute_unprepared("INSERT INTO act VALUES ('choir')").await.expect("a row");
        second.commit().await.expect("a commit");
        assert_eq!(count(&store).await, 1);
    }

    #[tokio::test]
    async fn where_all_fail_the_file_is_let_go_of() {
        let (_folder, store) = opened(LONG).await;
        drop(store.write().await.expect("a turn"));
        let again = store.write().await.expect("another turn, once the first group is closed");
        again.commit().await.expect("a commit");
    }
}
