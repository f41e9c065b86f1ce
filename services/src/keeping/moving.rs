use super::{
    Holding, Trouble, check, file,
    tables::{self, Stuck},
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
const PATIENCE: Duration = Duration::from_secs(5);

/// Puts everything that an SQLite database holds into an empty PostgreSQL database, and says what each table holds now.
/// All of it is read back and compared before it is committed.
///
/// # Errors
/// A sentence for whoever asked; then the target is as empty as before. What is moved from is only read.
pub async fn move_data(from: &str, to: &str) -> Result<Vec<Holding>, Trouble> {
    let path = if from.starts_with("sqlite:") { file::path_of(from)? } else { PathBuf::from(from) };
    if !(to.starts_with("postgres://") || to.starts_with("postgresql://")) {
        return Err(Trouble::NoTarget);
    }
    let source = file::look_into_at_leisure(&path).await?;
    let version = version(&source, &path).await?;
    is_ready(&source, &path).await?;
    let target = prepare(to).await?;
    let reading = SqlitePool::clone(&source);
    let snapshot = DatabaseConnection::from(reading).begin().await.map_err(|error| failed(&path, &error))?;
    let (tx, held) = fill(&snapshot, &target).await?;
    snapshot.rollback().await.map_err(|error| failed(&path, &error))?;
    if self::version(&source, &path).await? != version {
        return Err(Trouble::Changed(path));
    }
    tx.commit().await.map_err(no_target)?;
    Ok(held)
}

/// Changes whenever somebody else writes.
async fn version(source: &SqlitePool, path: &Path) -> Result<i64, Trouble> {
    let version = sqlx::query_scalar("PRAGMA data_version").fetch_one(source).await;
    version.map_err(|error| file::trouble(path, error))
}

/// Nothing that is at fault is carried on, and nothing that this program would read wrongly.
async fn is_ready(source: &SqlitePool, path: &Path) -> Result<(), Trouble> {
    let mut connection = source.acquire().await.map_err(|error| file::trouble(path, error))?;
    check::check(&mut connection, path).await?;
    check::is_up_to_date(&mut connection, path).await
}

/// Brings the schema there.
async fn prepare(to: &str) -> Result<DatabaseConnection, Trouble> {
    let mut options = ConnectOptions::new(to);
    options.max_connections(1).sqlx_logging(false).acquire_timeout(PATIENCE);
    let target = Database::connect(options).await.map_err(no_target)?;
    crate::migrate(to).await.map_err(|error| match error {
        crate::Error::Database(error) => no_target(error),
        other => Trouble::Target(other.to_string()),
    })?;
    Ok(target)
}

/// Writes everything, reads it back, and compares. Nobody else can join there before the transaction ends.
async fn fill(
    snapshot: &DatabaseTransaction,
    target: &DatabaseConnection,
) -> Result<(DatabaseTransaction, Vec<Holding>), Trouble> {
    let tx = target.begin().await.map_err(no_target)?;
    tx.execute_unprepared("LOCK TABLE person IN EXCLUSIVE MODE").await.map_err(no_target)?;
    if let Some((table, rows)) = tables::any(&tx).await.map_err(stuck)? {
        return Err(Trouble::NotEmpty(table, rows));
    }
    let read = tables::copy(snapshot, &tx).await.map_err(stuck)?;
    let written = tables::holdings(&tx).await.map_err(stuck)?;
    if let Some((_, other)) = read.into_iter().zip(&written).find(|(read, written)| read != *written) {
        return Err(Trouble::Differs(other.table));
    }
    // Else the first queries are planned as for empty tables.
    tx.execute_unprepared("ANALYZE").await.map_err(no_target)?;
    Ok((tx, written))
}

fn stuck((table, error): Stuck) -> Trouble {
    Trouble::Stuck(table, error.to_string())
}

fn failed(path: &Path, error: &DbErr) -> Trouble {
    Trouble::Failed(path.to_owned(), error.to_string())
}

fn no_target(error: DbErr) -> Trouble {
    Trouble::Target(error.to_string())
}
