//! File operations on SQLite databases.

use super::BackupError;
use sea_orm::sqlx::{
    self, ConnectOptions, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::NamedTempFile;

/// Suffixes of the files that SQLite keeps beside a database: write-ahead log, rollback journal, shared memory.
pub(super) const SIDECARS: [&str; 3] = ["-wal", "-journal", "-shm"];

/// The kind of an SQLite error, by its result code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SqliteFailure {
    Busy,
    Damaged,
    Foreign,
    Full,
    Other,
}

/// Returns the path of the file that a database URL names; `None` for PostgreSQL, and for a database in memory.
pub fn sqlite_path(database_url: &str) -> Option<PathBuf> {
    let file = database_url.split('?').next().unwrap_or_default();
    let is_file = file.starts_with("sqlite:") && !file.ends_with(":memory:");
    let options = file.parse::<SqliteConnectOptions>().ok().filter(|_| is_file)?;
    Some(options.get_filename().to_owned()).filter(|path| !path.as_os_str().is_empty())
}

/// Returns the path of the file that a database URL names.
pub(super) fn path_of(database_url: &str) -> Result<PathBuf, BackupError> {
    sqlite_path(database_url).ok_or(BackupError::NotSqlite)
}

/// Appends a suffix to the file name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Returns the folder that contains the file.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Flushes a folder to the disk, so that new and renamed entries survive a power failure.
pub(super) fn flush_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Opens a file for reading; reports the operating system's error if that fails.
pub(super) fn open_file(path: &Path) -> Result<File, BackupError> {
    let opened = File::open(path).and_then(|file| match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it isn't a file")),
    });
    opened.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => BackupError::Missing(path.to_owned()),
        _ => BackupError::Unreadable(path.to_owned(), error),
    })
}

/// Creates a temporary file that only its owner can read. Deleted on drop.
pub(super) fn create_temp_in(folder: &Path) -> io::Result<NamedTempFile> {
    // Fails with the plain system error if the folder doesn't exist.
    fs::metadata(folder)?;
    tempfile::Builder::new().prefix(".greenroom-").suffix(".part").tempfile_in(folder)
}

/// Opens a database for reading, even one that a running site uses.
pub(super) async fn open_read_only(path: &Path) -> Result<SqliteConnection, BackupError> {
    open_file(path)?;
    connect_options(path).read_only(true).connect().await.map_err(|error| to_backup_error(path, error))
}

/// Opens a database for reading through a pool with a single connection that is never recycled.
pub(super) async fn open_read_only_pool(path: &Path) -> Result<SqlitePool, BackupError> {
    open_file(path)?;
    let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    pool.connect_with(connect_options(path).read_only(true)).await.map_err(|error| to_backup_error(path, error))
}

/// Opens a database that no other process has open, for reading. Creates no files beside it.
pub(super) async fn open_immutable(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    connect_options(path).read_only(true).immutable(true).connect().await
}

/// Opens a database for writing. Gives up after 500 ms if it is locked.
pub(super) async fn open_for_writing(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    connect_options(path).busy_timeout(Duration::from_millis(500)).connect().await
}

fn connect_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(10)).disable_statement_logging()
}

/// Converts an SQLite error to a sentence for the operator.
pub(super) fn to_backup_error(path: &Path, error: sqlx::Error) -> BackupError {
    let path = path.to_owned();
    match classify_error(&error) {
        SqliteFailure::Busy => BackupError::InUse(path),
        SqliteFailure::Damaged => BackupError::Damaged(path, sqlite_message(&error)),
        SqliteFailure::Foreign => BackupError::NotGreenroom(path),
        SqliteFailure::Full => BackupError::Unwritable(path, io::Error::other(sqlite_message(&error))),
        SqliteFailure::Other => BackupError::Failed(path, sqlite_message(&error)),
    }
}

/// Returns SQLite's own message, without the library's prefix.
pub(super) fn sqlite_message(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}

/// Classifies an error by its primary result code, which is the low byte of the extended code.
pub(super) fn classify_error(error: &sqlx::Error) -> SqliteFailure {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    match code.map(|code| code & 0xff) {
        Some(5 | 6) => SqliteFailure::Busy,
        Some(11) => SqliteFailure::Damaged,
        // A missing table is the generic error 1.
        Some(1 | 26) => SqliteFailure::Foreign,
        Some(13) => SqliteFailure::Full,
        _ => SqliteFailure::Other,
    }
}

/// Gives `file` the owner of `other`. Ignores missing permission: only root may change owners, and only root needs to.
pub(super) fn copy_owner(file: &Path, other: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let (current, target) = (fs::metadata(file)?, fs::metadata(other)?);
    if (current.uid(), current.gid()) == (target.uid(), target.gid()) {
        return Ok(());
    }
    match chown(file, Some(target.uid()), Some(target.gid())) {
        Err(error) if error.kind() != io::ErrorKind::PermissionDenied => Err(error),
        _ => Ok(()),
    }
}
