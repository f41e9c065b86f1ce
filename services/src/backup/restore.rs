use super::{
    BackupError, RowCounts,
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

/// Result of a restore.
#[derive(Debug)]
pub struct RestoreReport {
    /// Row counts of the backup.
    pub contents: RowCounts,
    /// New path of the database that was replaced, if it was kept.
    pub replaced_path: Option<PathBuf>,
}

/// The path to restore to, locked against other processes.
struct RestoreTarget {
    path: PathBuf,
    /// Holds an exclusive lock on the present database, so that no site starts on it before it is replaced.
    lock: Option<SqliteConnection>,
    /// Path under which to keep the present database, if it is worth keeping.
    replaced_path: Option<PathBuf>,
}

/// Replaces a site's SQLite database by a verified copy of a backup, and returns the backup's row counts. A database
/// that holds people is replaced only with `replace`, and then kept under another name.
///
/// # Errors
/// A sentence for the operator. Everything is then as it was.
pub async fn restore_backup(from: &Path, database_url: &str, replace: bool) -> Result<RestoreReport, BackupError> {
    let target = sqlite_file::path_of(database_url)?;
    // The path may be a symbolic link; its target is what gets replaced.
    let target = target.canonicalize().unwrap_or(target);
    sqlite_file::open_file(from)?;
    if from.canonicalize().is_ok_and(|from| from == target) {
        return Err(BackupError::AlreadyExists(target));
    }
    let target = claim_target(target, replace).await?;
    let copy = copy_to_temp(from, &target)?;
    let contents = verify_file(copy.path(), from).await?;
    advance_event_sequences(copy.path()).await.map_err(|error| sqlite_file::to_backup_error(&target.path, error))?;
    target.replace_with(copy).map_err(|error| BackupError::Unwritable(target.path.clone(), error))?;
    if let Some(lock) = target.lock {
        // The database is replaced: nothing can fail any more that the operator should know.
        let _ = lock.close().await;
    }
    Ok(RestoreReport { contents, replaced_path: target.replaced_path })
}

/// Checks that no process has the present database open and that it may be replaced.
async fn claim_target(path: PathBuf, replace: bool) -> Result<RestoreTarget, BackupError> {
    if !path.exists() {
        return Ok(RestoreTarget { path, lock: None, replaced_path: None });
    }
    let name = format!(".replaced-{}", SystemClock.now()).replace(':', "");
    let replaced_path = with_suffix(&path, &name);
    match lock_exclusively(&path).await {
        Ok((0, lock)) => Ok(RestoreTarget { path, lock: Some(lock), replaced_path: None }),
        Ok((_, lock)) if replace => Ok(RestoreTarget { path, lock: Some(lock), replaced_path: Some(replaced_path) }),
        Ok((people, lock)) => {
            lock.close().await.map_err(|error| sqlite_file::to_backup_error(&path, error))?;
            Err(BackupError::HasPeople(path, people))
        }
        Err(error) if sqlite_file::classify_error(&error) == sqlite_file::SqliteFailure::Busy => {
            Err(BackupError::InUse(path))
        }
        // Replacing a damaged database is what backups are for.
        Err(_) if replace => Ok(RestoreTarget { path, lock: None, replaced_path: Some(replaced_path) }),
        Err(error) => Err(BackupError::Unrecognised(path, sqlite_file::sqlite_message(&error))),
    }
}

/// Locks a database exclusively and counts its people. Leaving WAL mode first merges the log into the file; SQLite
/// refuses that while another process has the database open, so a running site is detected.
async fn lock_exclusively(path: &Path) -> Result<(i64, SqliteConnection), sqlx::Error> {
    let mut database = sqlite_file::open_for_writing(path).await?;
    sqlx::query("PRAGMA journal_mode = delete").execute(&mut database).await?;
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut database).await?;
    Ok((count_people(&mut database).await?, database))
}

/// Copies a backup into the target's folder. Refuses one whose newest writes are still in its log or journal.
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

/// Makes all cursors that clients hold invalid: a number issued before the restore would otherwise be reused for
/// another event. Each sequence is advanced beyond any number issued before and its log is emptied, so that clients are
/// reset.
async fn advance_event_sequences(path: &Path) -> Result<(), sqlx::Error> {
    let mut copy = sqlite_file::open_for_writing(path).await?;
    let mut tx = copy.begin().await?;
    sqlx::query("DELETE FROM event").execute(&mut *tx).await?;
    // A person gets less than one event per millisecond, so the time in milliseconds exceeds every number issued, even
    // when a backup is restored for the second time.
    let offset = SystemClock.now().millis();
    sqlx::query("UPDATE person_head SET seq = seq + ?").bind(offset).execute(&mut *tx).await?;
    tx.commit().await?;
    copy.close().await
}

impl RestoreTarget {
    /// Replaces the database by an atomic rename. Removes the old log and journal first, which SQLite would otherwise
    /// apply to the new database.
    fn replace_with(&self, copy: NamedTempFile) -> io::Result<()> {
        let folder = sqlite_file::folder_of(&self.path);
        let owner_of = if self.path.exists() { &self.path } else { folder };
        sqlite_file::copy_owner(copy.path(), owner_of)?;
        if self.path.exists() {
            fs::set_permissions(copy.path(), fs::metadata(&self.path)?.permissions())?;
        }
        copy.as_file().sync_all()?;
        if let Some(replaced_path) = &self.replaced_path {
            fs::hard_link(&self.path, replaced_path)?;
        }
        for suffix in SIDECARS {
            let old = with_suffix(&self.path, suffix);
            if old.exists() {
                if let Some(replaced_path) = &self.replaced_path {
                    fs::hard_link(&old, with_suffix(replaced_path, suffix))?;
                }
                fs::remove_file(old)?;
            }
        }
        sqlite_file::flush_folder(folder)?;
        copy.persist(&self.path).map_err(|failed| failed.error)?;
        sqlite_file::flush_folder(folder)
    }
}
