use super::{BackupError, RowCounts, sqlite_file, verify::verify_file};
use sea_orm::sqlx::{self, Connection};
use std::path::Path;
use tempfile::NamedTempFile;
use uuid::Uuid;

/// Copies a site's SQLite database, even while the site is serving, to a new file, and returns its contents. The copy
/// is a consistent snapshot; it is verified and flushed to the disk before it gets its name.
///
/// # Errors
/// A sentence for the operator. No new file then exists.
pub async fn create_backup(database_url: &str, to: &Path) -> Result<RowCounts, BackupError> {
    let from = sqlite_file::path_of(database_url)?;
    let unwritable = |error| BackupError::Unwritable(to.to_owned(), error);
    if to.symlink_metadata().is_ok() {
        return Err(BackupError::AlreadyExists(to.to_owned()));
    }
    let folder = sqlite_file::folder_of(to);
    let part = sqlite_file::create_temp_in(folder).map_err(unwritable)?;
    vacuum_into(&from, part.path(), to).await?;
    let contents = verify_file(part.path(), &from).await?;
    part.as_file().sync_all().map_err(unwritable)?;
    persist_as(part, to)?;
    sqlite_file::flush_folder(folder).map_err(unwritable)?;
    Ok(contents)
}

/// Checks by a write that the disk isn't full. The backup of a site whose disk is full is good, but the operator should
/// know of it. Other write errors don't matter for a backup.
///
/// # Errors
/// A sentence for the operator if the disk is full.
pub async fn check_free_space(database_url: &str) -> Result<(), BackupError> {
    let path = sqlite_file::path_of(database_url)?;
    match write_probe(&path).await {
        Err(error) if sqlite_file::classify_error(&error) == sqlite_file::SqliteFailure::Full => {
            Err(sqlite_file::to_backup_error(&path, error))
        }
        _ => Ok(()),
    }
}

async fn write_probe(path: &Path) -> Result<(), sqlx::Error> {
    let id = Uuid::now_v7();
    let mut database = sqlite_file::open_for_writing(path).await?;
    let insert = "INSERT INTO write_probe (process_id, filler, probed_at) VALUES (?, zeroblob(262144), 0)";
    sqlx::query(insert).bind(id).execute(&mut database).await?;
    sqlx::query("DELETE FROM write_probe WHERE process_id = ?").bind(id).execute(&mut database).await?;
    database.close().await
}

/// Copies in one statement, which reads a consistent snapshot while others read and write.
async fn vacuum_into(from: &Path, part: &Path, to: &Path) -> Result<(), BackupError> {
    let mut database = sqlite_file::open_read_only(from).await?;
    let name = part.to_str().ok_or_else(|| {
        let error = std::io::Error::other("SQLite needs file names in UTF-8");
        BackupError::Unwritable(to.to_owned(), error)
    })?;
    let copied = sqlx::query("VACUUM INTO ?").bind(name).execute(&mut database).await;
    let closed = database.close().await;
    match copied.and(closed) {
        Ok(()) => Ok(()),
        Err(error) if sqlite_file::classify_error(&error) == sqlite_file::SqliteFailure::Full => {
            Err(sqlite_file::to_backup_error(to, error))
        }
        Err(error) => Err(sqlite_file::to_backup_error(from, error)),
    }
}

fn persist_as(part: NamedTempFile, to: &Path) -> Result<(), BackupError> {
    part.persist_noclobber(to).map(drop).map_err(|failed| match failed.error.kind() {
        std::io::ErrorKind::AlreadyExists => BackupError::AlreadyExists(to.to_owned()),
        _ => BackupError::Unwritable(to.to_owned(), failed.error),
    })
}
