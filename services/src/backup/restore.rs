use super::{
    BackupError, Contents,
    sqlite_file::{self, SIDECARS, with_suffix},
    verify::{count_people, verify_file},
};
use crate::clock::{Clock, SystemClock};
use sea_orm::sqlx::{self, Connection, SqliteConnection};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// What was put into place.
#[derive(Debug)]
pub struct RestoreReport {
    /// What the backup holds.
    pub contents: Contents,
    /// Where what stood there before is now.
    pub aside: Option<PathBuf>,
}

/// The place that a backup is to take, kept from everybody else.
struct RestoreTarget {
    path: PathBuf,
    /// Holds the lock on what stands there: until it has another name, no site begins to serve from it.
    _lock: Option<SqliteConnection>,
    /// Another name for what stands there, where it may be worth something.
    aside: Option<PathBuf>,
}

/// Puts a backup into the place of a site's SQLite database, and says what is in it. What is put there is a copy that
/// was checked; a database that holds people makes room only where `replace` says so, and is kept beside.
///
/// # Errors
/// A sentence for whoever asked; then everything is as it was.
pub async fn restore_backup(from: &Path, database_url: &str, replace: bool) -> Result<RestoreReport, BackupError> {
    let target = sqlite_file::path_of(database_url)?;
    // The name may be a link to another place, which is the one to be taken.
    let target = target.canonicalize().unwrap_or(target);
    sqlite_file::open_file(from)?;
    if from.canonicalize().is_ok_and(|from| from == target) {
        return Err(BackupError::Taken(target));
    }
    let target = claim_target(target, replace).await?;
    let copy = copy_to_temp(from, &target)?;
    let contents = verify_file(copy.path(), from).await?;
    advance_event_sequences(copy.path()).await.map_err(|error| sqlite_file::to_backup_error(&target.path, error))?;
    target.replace_with(copy).map_err(|error| BackupError::Unwritable(target.path.clone(), error))?;
    Ok(RestoreReport { contents, aside: target.aside })
}

/// Makes sure that nobody uses what stands in the place, and that it may go.
async fn claim_target(path: PathBuf, replace: bool) -> Result<RestoreTarget, BackupError> {
    if !path.exists() {
        return Ok(RestoreTarget { path, _lock: None, aside: None });
    }
    let name = format!(".replaced-{}", SystemClock.now()).replace(':', "");
    let aside = with_suffix(&path, &name);
    match lock_exclusively(&path).await {
        Ok((0, hold)) => Ok(RestoreTarget { path, _lock: Some(hold), aside: None }),
        Ok((_, hold)) if replace => Ok(RestoreTarget { path, _lock: Some(hold), aside: Some(aside) }),
        Ok((people, _)) => Err(BackupError::Inhabited(path, people)),
        Err(error) if sqlite_file::classify_error(&error) == sqlite_file::SqliteFailure::Busy => {
            Err(BackupError::InUse(path))
        }
        // A broken database is what backups are for.
        Err(_) if replace => Ok(RestoreTarget { path, _lock: None, aside: Some(aside) }),
        Err(error) => Err(BackupError::Unclear(path, sqlite_file::sqlite_message(&error))),
    }
}

/// Takes a database for itself, and counts the people in it. A write-ahead log is written into the file on the way:
/// that can't be while anybody else has it open, so a site that serves is noticed.
async fn lock_exclusively(path: &Path) -> Result<(i64, SqliteConnection), sqlx::Error> {
    let mut database = sqlite_file::open_for_writing(path).await?;
    sqlx::query("PRAGMA journal_mode = delete").execute(&mut database).await?;
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut database).await?;
    Ok((count_people(&mut database).await?, database))
}

/// Copies a backup beside its place. One whose newest writes stand in another file is none.
fn copy_to_temp(from: &Path, target: &RestoreTarget) -> Result<NamedTempFile, BackupError> {
    for log in SIDECARS.map(|suffix| with_suffix(from, suffix)) {
        if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
            return Err(BackupError::Unfinished(from.to_owned(), log));
        }
    }
    let mut source = sqlite_file::open_file(from)?;
    let folder = sqlite_file::folder_of(&target.path);
    let copied = sqlite_file::create_temp_in(folder).and_then(|mut part| {
        io::copy(&mut source, &mut part)?;
        Ok(part)
    });
    copied.map_err(|error| BackupError::Unwritable(target.path.clone(), error))
}

/// Lets nobody go on from a number of what was there before: given again, it would stand for something else. So all logs
/// go on far behind whatever was given, and empty, and whoever comes back begins anew.
async fn advance_event_sequences(path: &Path) -> Result<(), sqlx::Error> {
    let mut copy = sqlite_file::open_for_writing(path).await?;
    let mut tx = copy.begin().await?;
    sqlx::query("DELETE FROM event").execute(&mut *tx).await?;
    // Nobody is told of as much as one thing in each millisecond, so that the moment lies behind every number, also where
    // a backup is restored for the second time.
    let far = SystemClock.now().millis();
    sqlx::query("UPDATE person_head SET seq = seq + ?").bind(far).execute(&mut *tx).await?;
    tx.commit().await?;
    copy.close().await
}

impl RestoreTarget {
    /// Puts the copy there in one step. Whatever of the old database stands beside goes first: SQLite would write it
    /// into the new one.
    fn replace_with(&self, copy: NamedTempFile) -> io::Result<()> {
        let folder = sqlite_file::folder_of(&self.path);
        let like = if self.path.exists() { &self.path } else { folder };
        sqlite_file::copy_owner(copy.path(), like)?;
        if self.path.exists() {
            fs::set_permissions(copy.path(), fs::metadata(&self.path)?.permissions())?;
        }
        copy.as_file().sync_all()?;
        if let Some(aside) = &self.aside {
            fs::hard_link(&self.path, aside)?;
        }
        for suffix in SIDECARS {
            let old = with_suffix(&self.path, suffix);
            if old.exists() {
                if let Some(aside) = &self.aside {
                    fs::hard_link(&old, with_suffix(aside, suffix))?;
                }
                fs::remove_file(old)?;
            }
        }
        sqlite_file::flush_folder(folder)?;
        copy.persist(&self.path).map_err(|failed| failed.error)?;
        sqlite_file::flush_folder(folder)
    }
}
