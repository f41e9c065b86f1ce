use std::{io, path::PathBuf};

/// A failed command, as a sentence for the operator. Nothing has been changed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database URL doesn't name an SQLite file.
    #[error("the database isn't an SQLite file; for PostgreSQL there are pg_dump and pg_restore")]
    NotSqlite,
    /// The file to read doesn't exist.
    #[error("there is no file {0}")]
    Missing(PathBuf),
    /// The file to write exists.
    #[error("{0} is there already, and isn't written over")]
    AlreadyExists(PathBuf),
    /// The operating system refuses to read the file.
    #[error("{0} can't be read: {1}")]
    Unreadable(PathBuf, io::Error),
    /// The operating system refuses to write the file.
    #[error("{0} can't be written: {1}")]
    Unwritable(PathBuf, io::Error),
    /// The file isn't a database of Greenroom.
    #[error("{0} is no database of Greenroom")]
    NotGreenroom(PathBuf),
    /// The file is a damaged database.
    #[error("{0} is damaged: {1}")]
    Damaged(PathBuf, String),
    /// The database has migrations that this program doesn't know.
    #[error("{0} was written by a newer Greenroom than this one: it has the migration {1}")]
    Newer(PathBuf, String),
    /// A part of the database is in its write-ahead log or journal.
    #[error("{0} is a database in use, or a part of one: its newest writes are beside it in {1}")]
    Unfinished(PathBuf, PathBuf),
    /// The restore would replace a database that holds people.
    #[error("{0} holds {1} people; --replace puts a backup in its place, and keeps it renamed")]
    HasPeople(PathBuf, i64),
    /// The restore would replace a file that is no readable database but may be worth keeping.
    #[error("{0} can't be read as a database ({1}); --replace puts a backup in its place, and keeps it renamed")]
    Unrecognised(PathBuf, String),
    /// Another process has the database open.
    #[error("{0} is in use; stop the site first")]
    InUse(PathBuf),
    /// The database lacks migrations that this program has.
    #[error("{0} is of an older Greenroom: `greenroom migrate` brings it up to date")]
    Older(PathBuf),
    /// The target of the move isn't a PostgreSQL URL.
    #[error("data is moved to postgres://…, by --to or DATABASE_URL")]
    NoTarget,
    /// PostgreSQL can't be reached, or reports an error.
    #[error("the target doesn't take it: {0}")]
    Target(String),
    /// The target database holds rows.
    #[error("the target isn't empty: its table {0} holds {1} rows")]
    NotEmpty(&'static str, u64),
    /// A table can't be copied.
    #[error("the table {0} can't be moved: {1}")]
    Table(&'static str, String),
    /// The rows read back from the target differ from the source's.
    #[error("the rows of table {0} differ after the copy")]
    Differs(&'static str),
    /// The source changed during the move.
    #[error("{0} was written to during the move; stop the site first")]
    Changed(PathBuf),
    /// SQLite reports another error.
    #[error("{0} can't be used: {1}")]
    Failed(PathBuf, String),
}
