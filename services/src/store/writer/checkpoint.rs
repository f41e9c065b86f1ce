//! Checkpoints: copying committed pages from SQLite's write-ahead log (WAL) into the database file.
//!
//! SQLite would do so within the commit that makes the log long, and that commit's group would wait: some ten
//! milliseconds in every hundredth commit. So automatic checkpoints are off, and they run in the background on a
//! connection of their own.

use super::Writer;
use crate::{Error, Result};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::time::sleep;

/// Delay from a commit to the checkpoint: a page written by several commits in this time is copied once.
const PAUSE: Duration = Duration::from_secs(1);
/// WAL length above which a checkpoint blocks writers, in pages of 4 KiB (128 MiB).
pub(in crate::store) const MAX_WAL_PAGES: i64 = 32 * 1_024;

impl Writer {
    /// Schedules a checkpoint after `PAUSE`, unless one is scheduled.
    pub(super) fn checkpoint_soon(self) {
        if self.0.checkpoint_due.swap(true, Ordering::Relaxed) {
            return;
        }
        // Weak, so that the task doesn't keep the file open. A log that is left over is checkpointed at the next
        // opening.
        let state = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            sleep(PAUSE).await;
            let Some(writer) = state.upgrade().map(Self) else { return };
            writer.0.checkpoint_due.store(false, Ordering::Relaxed);
            if let Err(error) = writer.checkpoint().await {
                tracing::warn!(%error, "WAL checkpoint failed; the next commit schedules another");
            }
        });
    }

    async fn checkpoint(&self) -> Result<()> {
        if run_checkpoint(&self.0.checkpointer).await? > self.0.max_wal_pages {
            // Writers were active during the checkpoint. SQLite restarts its log only after a complete checkpoint, and
            // under constant writes it would grow without limit. So copy the small rest while holding the writer lock.
            let mut group = self.0.group.lock().await;
            group.commit_all().await;
            run_checkpoint(&self.0.checkpointer).await?;
        }
        Ok(())
    }
}

/// Copies the pages committed so far without blocking readers or writers. Returns the length of the log, in pages.
async fn run_checkpoint(connection: &DatabaseConnection) -> Result<i64> {
    let checkpoint = Statement::from_string(DbBackend::Sqlite, "PRAGMA wal_checkpoint(PASSIVE)");
    let done = connection.query_one_raw(checkpoint).await?.ok_or_else(|| Error::corrupt("write-ahead log"))?;
    Ok(done.try_get_by_index(1)?)
}

#[cfg(test)]
mod tests {
    use super::MAX_WAL_PAGES;
    use crate::store::{Store, writer::tests::opened};
    use sea_orm::ConnectionTrait;
    use std::{
        fs::{self, File},
        io::Read,
        path::Path,
        time::Duration,
    };
    use tokio::time::{interval, timeout};

    /// Polls until the condition holds; panics after 20 s.
    async fn comes_true(holds: impl Fn() -> bool) {
        let mut looks = interval(Duration::from_millis(5));
        let waiting = async {
            while !holds() {
                looks.tick().await;
            }
        };
        timeout(Duration::from_secs(20), waiting).await.expect("the condition holds within 20 s");
    }

    async fn write(store: &Store, name: &str) {
        let tx = store.write().await.expect("a transaction");
        tx.execute_unprepared(&format!("INSERT INTO act VALUES ('{name}')")).await.expect("a row");
        tx.commit().await.expect("a commit");
    }

    /// Reads the checkpoint counter in the log's header: how often the log has restarted.
    fn beginnings(log: &Path) -> u32 {
        let mut head = [0; 16];
        let read = File::open(log).and_then(|mut log| log.read_exact(&mut head));
        let number = head[12..].try_into().map(u32::from_be_bytes);
        read.ok().and(number.ok()).unwrap_or_default()
    }

    #[tokio::test]
    async fn commits_are_checkpointed_into_the_file() {
        let (folder, store) = opened(MAX_WAL_PAGES).await;
        write(&store, "a band of nine").await;
        let holds = |file: &[u8]| file.windows(14).any(|bytes| bytes == b"a band of nine");
        comes_true(|| holds(&fs::read(folder.path().join("acts.db")).unwrap_or_default())).await;
    }

    #[tokio::test]
    async fn the_wal_restarts_under_constant_writes() {
        let (folder, store) = opened(16).await;
        let log = folder.path().join("acts.db-wal");
        let writing = async {
            for act in 0.. {
                write(&store, &format!("act {act}")).await;
            }
        };
        tokio::select! {
            () = writing => {}
            () = comes_true(|| beginnings(&log) > 2) => {}
        }
    }
}
