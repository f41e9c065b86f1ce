//! An SQLite database as a file among files.

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

/// What SQLite may have left beside a database: writes that aren't in it yet, and who knows of them.
pub(super) const SIDECARS: [&str; 3] = ["-wal", "-journal", "-shm"];

/// Why SQLite said no, by the numbers it has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SqliteFailure {
    Busy,
    Damaged,
    Foreign,
    Full,
    Other,
}

/// The file that a database URL names.
pub(super) fn path_of(database_url: &str) -> Result<PathBuf, BackupError> {
    let file = database_url.split('?').next().unwrap_or_default();
    let options = file.parse::<SqliteConnectOptions>().map_err(|_| BackupError::NoFile)?;
    let is_file = file.starts_with("sqlite:") && !file.ends_with(":memory:");
    if is_file { Ok(options.get_filename().to_owned()) } else { Err(BackupError::NoFile) }
}

/// The path with something behind its name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the names in a folder last.
pub(super) fn flush_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// A file that is there and may be read, with the system's own word where it may not.
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

/// A file without a name to be known by yet, for its owner alone. Gone again where it is dropped.
pub(super) fn create_temp_in(folder: &Path) -> io::Result<NamedTempFile> {
    // The system's plain word for a folder that isn't there.
    fs::metadata(folder)?;
    tempfile::Builder::new().prefix(".greenroom-").suffix(".part").tempfile_in(folder)
}

/// Opens a database that a site may be serving from, to read it.
pub(super) async fn open_read_only(path: &Path) -> Result<SqliteConnection, BackupError> {
    open_file(path)?;
    connect_options(path).read_only(true).connect().await.map_err(|error| to_backup_error(path, error))
}

/// The same, through one connection that stays.
pub(super) async fn open_read_only_pool(path: &Path) -> Result<SqlitePool, BackupError> {
    open_file(path)?;
    let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    pool.connect_with(connect_options(path).read_only(true)).await.map_err(|error| to_backup_error(path, error))
}

/// Opens a database that nobody else knows of, to read it. Leaves nothing beside it.
pub(super) async fn open_immutable(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    connect_options(path).read_only(true).immutable(true).connect().await
}

/// Opens a database to write into it.
pub(super) async fn open_for_writing(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    connect_options(path).busy_timeout(Duration::from_millis(500)).connect().await
}

fn connect_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(10)).disable_statement_logging()
}

/// What SQLite said of a database, as a sentence.
pub(super) fn to_backup_error(path: &Path, error: sqlx::Error) -> BackupError {
    let path = path.to_owned();
    match classify_error(&error) {
        SqliteFailure::Busy => BackupError::InUse(path),
        SqliteFailure::Damaged => BackupError::Damaged(path, sqlite_message(&error)),
        SqliteFailure::Foreign => BackupError::Foreign(path),
        SqliteFailure::Full => BackupError::Unwritable(path, io::Error::other(sqlite_message(&error))),
        SqliteFailure::Other => BackupError::Failed(path, sqlite_message(&error)),
    }
}

/// SQLite's own words, without ours and the library's around them.
pub(super) fn sqlite_message(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |told| told.message().to_owned())
}

/// The low byte of a code says what it is, the rest more of it.
pub(super) fn classify_error(error: &sqlx::Error) -> SqliteFailure {
    let code = error.as_database_error().and_then(|told| told.code()?.parse::<u32>().ok());
    match code.map(|code| code & 0xff) {
        Some(5 | 6) => SqliteFailure::Busy,
        Some(11) => SqliteFailure::Damaged,
        // A table that isn't there is a plain error.
        Some(1 | 26) => SqliteFailure::Foreign,
        Some(13) => SqliteFailure::Full,
        _ => SqliteFailure::Other,
    }
}

/// Gives a file the owner of another, as far as the system allows: only root may, and only then it is needed.
pub(super) fn copy_owner(file: &Path, other: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let (now, wanted) = (fs::metadata(file)?, fs::metadata(other)?);
    if (now.uid(), now.gid()) == (wanted.uid(), wanted.gid()) {
        return Ok(());
    }
    match chown(file, Some(wanted.uid()), Some(wanted.gid())) {
        Err(error) if error.kind() != io::ErrorKind::PermissionDenied => Err(error),
        _ => Ok(()),
    }
}
