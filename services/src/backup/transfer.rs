use super::{
    BackupError, TableDigest, sqlite_file,
    tables::{self, TableError},
    verify,
};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbErr, TransactionTrait,
    sqlx::{self, SqlitePool},
};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// How long the target may take to answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Puts everything that an SQLite database holds into an empty PostgreSQL database, and says what each table holds now.
/// All of it is read back and compared before it is committed.
///
/// # Errors
/// A sentence for whoever asked; then the target is as empty as before. What is moved from is only read.
pub async fn move_to_postgres(from: &str, to: &str) -> Result<Vec<TableDigest>, BackupError> {
    let path = if from.starts_with("sqlite:") { sqlite_file::path_of(from)? } else { PathBuf::from(from) };
    if !(to.starts_with("postgres://") || to.starts_with("postgresql://")) {
        return Err(BackupError::NoTarget);
    }
    let source = sqlite_file::open_read_only_pool(&path).await?;
    let version = data_version(&source, &path).await?;
    check_source(&source, &path).await?;
    let target = connect_target(to).await?;
    let reading = SqlitePool::clone(&source);
    let snapshot = DatabaseConnection::from(reading).begin().await.map_err(|error| source_error(&path, &error))?;
    let (tx, held) = copy_and_compare(&snapshot, &target).await?;
    snapshot.rollback().await.map_err(|error| source_error(&path, &error))?;
    if self::data_version(&source, &path).await? != version {
        return Err(BackupError::Changed(path));
    }
    tx.commit().await.map_err(target_error)?;
    Ok(held)
}

/// Changes whenever somebody else writes.
async fn data_version(source: &SqlitePool, path: &Path) -> Result<i64, BackupError> {
    let version = sqlx::query_scalar("PRAGMA data_version").fetch_one(source).await;
    version.map_err(|error| sqlite_file::to_backup_error(path, error))
}

/// Nothing that is at fault is carried on, and nothing that this program would read wrongly.
async fn check_source(source: &SqlitePool, path: &Path) -> Result<(), BackupError> {
    let mut connection = source.acquire().await.map_err(|error| sqlite_file::to_backup_error(path, error))?;
    verify::verify(&mut connection, path).await?;
    verify::check_up_to_date(&mut connection, path).await
}

/// Brings the schema there.
async fn connect_target(to: &str) -> Result<DatabaseConnection, BackupError> {
    let mut options = ConnectOptions::new(to);
    options.max_connections(1).sqlx_logging(false).acquire_timeout(CONNECT_TIMEOUT);
    let target = Database::connect(options).await.map_err(target_error)?;
    crate::migrate(to).await.map_err(|error| match error {
        crate::Error::Database(error) => target_error(error),
        other => BackupError::Target(other.to_string()),
    })?;
    Ok(target)
}

/// Writes everything, reads it back, and compares. Nobody else can join there before the transaction ends.
async fn copy_and_compare(
    snapshot: &DatabaseTransaction,
    target: &DatabaseConnection,
) -> Result<(DatabaseTransaction, Vec<TableDigest>), BackupError> {
    let tx = target.begin().await.map_err(target_error)?;
    tx.execute_unprepared("LOCK TABLE person IN EXCLUSIVE MODE").await.map_err(target_error)?;
    if let Some((table, rows)) = tables::find_nonempty(&tx).await.map_err(table_error)? {
        return Err(BackupError::NotEmpty(table, rows));
    }
    let read = tables::copy_tables(snapshot, &tx).await.map_err(table_error)?;
    let written = tables::digest_tables(&tx).await.map_err(table_error)?;
    if let Some((_, other)) = read.into_iter().zip(&written).find(|(read, written)| read != *written) {
        return Err(BackupError::Differs(other.table));
    }
    // Else the first queries are planned as for empty tables.
    tx.execute_unprepared("ANALYZE").await.map_err(target_error)?;
    Ok((tx, written))
}

fn table_error((table, error): TableError) -> BackupError {
    BackupError::Table(table, error.to_string())
}

fn source_error(path: &Path, error: &DbErr) -> BackupError {
    BackupError::Failed(path.to_owned(), error.to_string())
}

fn target_error(error: DbErr) -> BackupError {
    BackupError::Target(error.to_string())
}
