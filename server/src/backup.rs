//! The commands `backup`, `restore` and `migrate-data`, for the site's operator.

use crate::{settings::Config, site::print_line};
use services::backup::{self, BackupError, TableDigest};
use std::path::Path;
use tokio::signal::unix::{SignalKind, signal};

/// Copies the database into a new file. Also fails, after a good backup, if the database's disk is full.
pub(crate) async fn run_backup(settings: &Config, file: &Path) -> Result<(), String> {
    let contents = cancel_on_signal("there is no backup", backup::create_backup(&settings.database_url, file)).await?;
    print_line(&format!("{} is a backup: {contents}", file.display()))?;
    let room = backup::check_free_space(&settings.database_url).await;
    room.map_err(|full| format!("the backup is good, but {full}"))
}

/// Replaces the database by a backup, and keeps the old one under another name.
pub(crate) async fn run_restore(settings: &Config, file: &Path, replace: bool) -> Result<(), String> {
    let restored = backup::restore_backup(file, &settings.database_url, replace);
    let restored = cancel_on_signal("nothing was restored", restored).await?;
    if let Some(replaced_path) = restored.replaced_path {
        print_line(&format!("The previous database is kept as {}", replaced_path.display()))?;
    }
    print_line(&format!("Restored from {}: {}", file.display(), restored.contents))
}

/// Copies all data from SQLite to PostgreSQL and prints each table's row count and hash.
pub(crate) async fn run_data_migration(
    settings: &Config,
    from: Option<String>,
    to: Option<String>,
) -> Result<(), String> {
    let from = from.unwrap_or_else(|| settings.file.display().to_string());
    let to = to.unwrap_or_else(|| settings.database_url.clone());
    let held = cancel_on_signal("nothing was moved", backup::move_to_postgres(&from, &to)).await?;
    print_line(&format!("{:<14}{:>10}  SHA-256 of the rows, the same on both sides", "table", "rows"))?;
    for TableDigest { table, rows, hash } in held {
        print_line(&format!("{table:<14}{rows:>10}  {hash}"))?;
    }
    print_line(&format!("Everything in {from} is in PostgreSQL now."))
}

/// Runs `work`, and drops it on SIGINT or SIGTERM, which undoes the unfinished part.
async fn cancel_on_signal<T>(otherwise: &str, work: impl Future<Output = Result<T, BackupError>>) -> Result<T, String> {
    let listen = |kind| signal(kind).map_err(|error| format!("{otherwise}: {error}"));
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    tokio::select! {
        done = work => done.map_err(|trouble| format!("{otherwise}: {trouble}")),
        _ = interrupt.recv() => Err(format!("{otherwise}: interrupted by a signal")),
        _ = terminate.recv() => Err(format!("{otherwise}: interrupted by a signal")),
    }
}
