//! Backup, restore, and the move to PostgreSQL.
//!
//! Commands for the operator of a site: none is a use case of [`Greenroom`](crate::Greenroom).

mod create;
mod error;
mod restore;
mod sqlite_file;
mod tables;
mod transfer;
mod verify;

pub use create::{check_free_space, create_backup};
pub use error::BackupError;
pub use restore::{RestoreReport, restore_backup};
pub use sqlite_file::sqlite_path;
pub use tables::TableDigest;
pub use transfer::move_to_postgres;
pub use verify::RowCounts;
