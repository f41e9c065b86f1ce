//! Moving what was committed from SQLite's log into the file itself.
//!
//! SQLite would do so within the commit that makes the log long, and whoever is in that group would wait for it: some
//! ten milliseconds in every hundredth commit. So it is told not to, and it is done aside, on a connection of its own.

use super::Writer;
use crate::{Error, Result};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::time::sleep;

/// From a commit until it is moved, with all that come meanwhile: a page that many of them wrote is moved once.
const PAUSE: Duration = Duration::from_secs(1);
/// Pages from which on the log is too long, of 4 KiB each.
pub(in crate::store) const MAX_WAL_PAGES: i64 = 32 * 1_024;

impl Writer {
    /// Moves what is committed by then, in a while, unless that is about to be done already.
    pub(super) fn checkpoint_soon(self) {
        if self.0.checkpoint_due.swap(true, Ordering::Relaxed) {
            return;
        }
        // The file is let go of with the last who use it; whoever opens it next finds the log, and has it moved.
        let state = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            sleep(PAUSE).await;
            let Some(writer) = state.upgrade().map(Self) else { return };
            writer.0.checkpoint_due.store(false, Ordering::Relaxed);
            if let Err(error) = writer.checkpoint().await {
                tracing::warn!(%error, "SQLite's log couldn't be moved, and is when more is written");
            }
        });
    }

    async fn checkpoint(&self) -> Result<()> {
        if run_checkpoint(&self.0.checkpointer).await? > self.0.max_wal_pages {
            // Others wrote meanwhile. In a turn, in which nobody does, that little is moved as well: SQLite begins its
            // log anew only where all of it was moved, and else it would grow as long as there is no quiet moment.
            let mut group = self.0.group.lock().await;
            group.commit_all().await;
            run_checkpoint(&self.0.checkpointer).await?;
        }
        Ok(())
    }
}

/// Moves what was committed until now, without keeping anybody waiting. Gives the length of the log, in pages.
async fn run_checkpoint(connection: &DatabaseConnection) -> Result<i64> {
    let checkpoint = Statement::from_string(DbBackend::Sqlite, "PRAGMA wal_checkpoint(PASSIVE)");
    let done = connection.query_one_raw(checkpoint).await?.ok_or_else(|| Error::corrupt("log"))?;
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

    /// Waits until it holds, looking again and again; a test that waits in vain fails.
    async fn comes_true(holds: impl Fn() -> bool) {
        let mut looks = interval(Duration::from_millis(5));
        let waiting = async {
            while !holds() {
                looks.tick().await;
            }
        };
        timeout(Duration::from_secs(20), waiting).await.expect("it never came true");
    }

    async fn write(store: &Store, name: &str) {
        let tx = store.write().await.expect("a turn");
        tx.execute_unprepared(&format!("INSERT INTO act VALUES ('{name}')")).await.expect("a row");
        tx.commit().await.expect("a commit");
    }

    /// How often the log began anew, as its head says.
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
