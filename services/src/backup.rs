//! Keeping what the database holds: a copy while the site serves, putting one back, and moving to PostgreSQL.
//!
//! For whoever runs a site, not for its people: none of it is a use case of [`Greenroom`](crate::Greenroom).

mod create;
mod restore;
mod sqlite_file;
mod tables;
mod transfer;
mod verify;

pub use create::{check_free_space, create_backup};
pub use restore::{RestoreReport, restore_backup};
pub use tables::TableDigest;
pub use transfer::move_to_postgres;
pub use verify::Contents;

use std::{io, path::PathBuf};

/// Why it wasn't done, as a sentence for whoever asked. What was there before is there still.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database is no file.
    #[error("the database isn't an SQLite file; for PostgreSQL there are pg_dump and pg_restore")]
    NoFile,
    /// There is nothing to read.
    #[error("there is no file {0}")]
    Missing(PathBuf),
    /// What would be written is there already.
    #[error("{0} is there already, and isn't written over")]
    Taken(PathBuf),
    /// The system doesn't let it be read.
    #[error("{0} can't be read: {1}")]
    Unreadable(PathBuf, io::Error),
    /// The system doesn't let it be written.
    #[error("{0} can't be written: {1}")]
    Unwritable(PathBuf, io::Error),
    /// It is something else.
    #[error("{0} is no database of Greenroom")]
    Foreign(PathBuf),
    /// It was one once.
    #[error("{0} is damaged: {1}")]
    Damaged(PathBuf, String),
    /// It has steps of the schema that this program doesn't know.
    #[error("{0} was written by a newer Greenroom than this one: it has the step {1}")]
    Newer(PathBuf, String),
    /// A part of it stands in another file.
    #[error("{0} is a database in use, or a part of one: its newest writes are with_suffix it in {1}")]
    Unfinished(PathBuf, PathBuf),
    /// Restoring would put somebody's data out of its place.
    #[error("{0} holds {1} people; --replace puts a backup in its place, and keeps it with_suffix")]
    Inhabited(PathBuf, i64),
    /// Restoring would put something out of its place that may be worth a look.
    #[error("{0} can't be read as a database ({1}); --replace puts a backup in its place, and keeps it with_suffix")]
    Unclear(PathBuf, String),
    /// Somebody has it open.
    #[error("{0} is in use; stop the site first")]
    InUse(PathBuf),
    /// Its schema lacks steps that the program has.
    #[error("{0} is of an older Greenroom: `greenroom migrate` brings it up to date")]
    Older(PathBuf),
    /// Data is moved to PostgreSQL only.
    #[error("data is moved to postgres://…, by --to or DATABASE_URL")]
    NoTarget,
    /// PostgreSQL can't be reached, or says no.
    #[error("the target doesn't take it: {0}")]
    Target(String),
    /// There is something in the target.
    #[error("the target isn't empty: its table {0} holds {1} rows")]
    NotEmpty(&'static str, u64),
    /// A row of a table doesn't fit.
    #[error("the table {0} can't be moved: {1}")]
    Table(&'static str, String),
    /// What was read back isn't what was written.
    #[error("the table {0} came out differently")]
    Differs(&'static str),
    /// What is moved from has changed.
    #[error("{0} was written to meanwhile; stop the site first")]
    Changed(PathBuf),
    /// SQLite says no for another reason.
    #[error("{0} can't be worked with: {1}")]
    Failed(PathBuf, String),
}
