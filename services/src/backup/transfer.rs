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

/// Longest time to wait for a connection to the target.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Copies an SQLite database into an empty PostgreSQL database and returns each table's digest. All rows are read back
/// and compared before the commit.
///
/// # Errors
/// A sentence for the operator. The target is then as empty as before. The source is only read.
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
    let (tx, digests) = copy_and_compare(&snapshot, &target).await?;
    snapshot.rollback().await.map_err(|error| source_error(&path, &error))?;
    if data_version(&source, &path).await? != version {
        return Err(BackupError::Changed(path));
    }
    tx.commit().await.map_err(target_error)?;
    Ok(digests)
}

/// Returns SQLite's data version, which changes with every write of another connection.
async fn data_version(source: &SqlitePool, path: &Path) -> Result<i64, BackupError> {
    let version = sqlx::query_scalar("PRAGMA data_version").fetch_one(source).await;
    version.map_err(|error| sqlite_file::to_backup_error(path, error))
}

/// Refuses a source that is inconsistent, or whose schema differs from this program's.
async fn check_source(source: &SqlitePool, path: &Path) -> Result<(), BackupError> {
    let mut connection = source.acquire().await.map_err(|error| sqlite_file::to_backup_error(path, error))?;
    verify::verify(&mut connection, path).await?;
    verify::check_up_to_date(&mut connection, path).await
}

/// Connects to the target and creates the schema there.
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

/// Copies all rows, reads them back, and compares. The lock keeps other processes from adding people before the commit.
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
    // Without statistics, the first queries would be planned as for empty tables.
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
