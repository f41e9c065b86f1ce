//! An SQLite database as a file among files.

use super::Trouble;
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
pub(super) const BESIDE: [&str; 3] = ["-wal", "-journal", "-shm"];

/// Why SQLite said no, by the numbers it has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum No {
    Busy,
    Damaged,
    Foreign,
    Full,
    Other,
}

/// The file that a database URL names.
pub(super) fn path_of(database_url: &str) -> Result<PathBuf, Trouble> {
    let file = database_url.split('?').next().unwrap_or_default();
    let options = file.parse::<SqliteConnectOptions>().map_err(|_| Trouble::NoFile)?;
    let is_file = file.starts_with("sqlite:") && !file.ends_with(":memory:");
    if is_file { Ok(options.get_filename().to_owned()) } else { Err(Trouble::NoFile) }
}

/// The path with something behind its name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
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
pub(super) fn open(path: &Path) -> Result<File, Trouble> {
    let opened = File::open(path).and_then(|file| match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it isn't a file")),
    });
    opened.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Trouble::Missing(path.to_owned()),
        _ => Trouble::Unreadable(path.to_owned(), error),
    })
}

/// A file without a name to be known by yet, for its owner alone. Gone again where it is dropped.
pub(super) fn begin_in(folder: &Path) -> io::Result<NamedTempFile> {
    // The system's plain word for a folder that isn't there.
    fs::metadata(folder)?;
    tempfile::Builder::new().prefix(".greenroom-").suffix(".part").tempfile_in(folder)
}

/// Opens a database that a site may be serving from, to read it.
pub(super) async fn look_into(path: &Path) -> Result<SqliteConnection, Trouble> {
    open(path)?;
    options(path).read_only(true).connect().await.map_err(|error| trouble(path, error))
}

/// The same, through one connection that stays.
pub(super) async fn look_into_at_leisure(path: &Path) -> Result<SqlitePool, Trouble> {
    open(path)?;
    let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
    pool.connect_with(options(path).read_only(true)).await.map_err(|error| trouble(path, error))
}

/// Opens a database that nobody else knows of, to read it. Leaves nothing beside it.
pub(super) async fn look_into_own(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    options(path).read_only(true).immutable(true).connect().await
}

/// Opens a database to write into it.
pub(super) async fn take_hold(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    options(path).busy_timeout(Duration::from_millis(500)).connect().await
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(10)).disable_statement_logging()
}

/// What SQLite said of a database, as a sentence.
pub(super) fn trouble(path: &Path, error: sqlx::Error) -> Trouble {
    let path = path.to_owned();
    match why(&error) {
        No::Busy => Trouble::InUse(path),
        No::Damaged => Trouble::Damaged(path, said(&error)),
        No::Foreign => Trouble::Foreign(path),
        No::Full => Trouble::Unwritable(path, io::Error::other(said(&error))),
        No::Other => Trouble::Failed(path, said(&error)),
    }
}

/// SQLite's own words, without ours and the library's around them.
pub(super) fn said(error: &sqlx::Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |told| told.message().to_owned())
}

/// The low byte of a code says what it is, the rest more of it.
pub(super) fn why(error: &sqlx::Error) -> No {
    let code = error.as_database_error().and_then(|told| told.code()?.parse::<u32>().ok());
    match code.map(|code| code & 0xff) {
        Some(5 | 6) => No::Busy,
        Some(11) => No::Damaged,
        // A table that isn't there is a plain error.
        Some(1 | 26) => No::Foreign,
        Some(13) => No::Full,
        _ => No::Other,
    }
}

/// Gives a file the owner of another, as far as the system allows: only root may, and only then it is needed.
pub(super) fn give_to_owner_of(file: &Path, other: &Path) -> io::Result<()> {
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
