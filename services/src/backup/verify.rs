use super::{BackupError, sqlite_file};
use migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::{self, Connection, SqliteConnection};
use std::{fmt, path::Path};

/// Row counts of a database, as shown to the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowCounts {
    /// People, including deleted accounts.
    pub people: i64,
    /// Bookings of any status.
    pub bookings: i64,
    /// One for each booking.
    pub conversations: i64,
    /// Messages of all conversations.
    pub messages: i64,
    /// Events of all people's logs.
    pub events: i64,
    /// Notifications, read or not.
    pub notifications: i64,
}

impl fmt::Display for RowCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { people, bookings, conversations, messages, events, notifications } = self;
        write!(f, "{people} people, {bookings} bookings, {conversations} conversations, {messages} messages, ")?;
        write!(f, "{events} events, {notifications} notifications")
    }
}

const COUNT_QUERY: &str = "SELECT (SELECT count(*) FROM person) AS people, (SELECT count(*) FROM booking) AS bookings, \
    (SELECT count(*) FROM conversation) AS conversations, (SELECT count(*) FROM message) AS messages, \
    (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM notification) AS notifications";

/// Inconsistencies, each with a query that counts them. They use only columns of the first migration, because an old
/// backup has no others.
const INTEGRITY_CHECKS: [(&str, &str); 5] = [
    (
        "conversations whose messages aren't numbered from 1 to the last without a gap",
        "SELECT count(*) FROM (SELECT c.last_seq AS last, count(m.seq) AS there, min(m.seq) AS first, \
            max(m.seq) AS newest FROM conversation c LEFT JOIN message m ON m.conversation_id = c.id GROUP BY c.id) \
            WHERE there <> last OR there > 0 AND (first <> 1 OR newest <> last)",
    ),
    (
        "people whose events have a gap, or don't end at their last number",
        "SELECT count(*) FROM (SELECT h.seq AS last_seq, count(e.seq) AS there, min(e.seq) AS first, \
            max(e.seq) AS newest FROM person_head h LEFT JOIN event e ON e.person_id = h.person_id \
            GROUP BY h.person_id) WHERE there > 0 AND (newest <> last_seq OR newest - first + 1 <> there)",
    ),
    ("people without a sequence", "SELECT count(*) FROM person WHERE id NOT IN (SELECT person_id FROM person_head)"),
    (
        "conversations that were read past their last message",
        "SELECT count(*) FROM conversation WHERE organizer_read_seq > last_seq OR talent_read_seq > last_seq",
    ),
    (
        "conversations between others than their booking's two people",
        "SELECT count(*) FROM conversation c JOIN booking b ON b.id = c.booking_id \
            WHERE c.organizer_id <> b.organizer_id OR c.talent_id <> b.talent_id",
    ),
];

/// Verifies a file that no other process has open. Errors name `name`, the file that it was copied from.
pub(super) async fn verify_file(path: &Path, name: &Path) -> Result<RowCounts, BackupError> {
    let mut database = sqlite_file::open_immutable(path).await.map_err(to_backup_error(name))?;
    let counts = verify(&mut database, name).await?;
    database.close().await.map_err(to_backup_error(name))?;
    Ok(counts)
}

/// Checks that this program knows the schema, and SQLite's integrity; then runs the `INTEGRITY_CHECKS`.
pub(super) async fn verify(database: &mut SqliteConnection, name: &Path) -> Result<RowCounts, BackupError> {
    check_known_migrations(name, database).await?;
    check_integrity(name, database).await?;
    for (fault, query) in INTEGRITY_CHECKS {
        let count: i64 = sqlx::query_scalar(query).fetch_one(&mut *database).await.map_err(to_backup_error(name))?;
        if count > 0 {
            return Err(BackupError::Damaged(name.to_owned(), format!("{count} {fault}")));
        }
    }
    let counted = sqlx::query_as(COUNT_QUERY).fetch_one(database).await.map_err(to_backup_error(name))?;
    let (people, bookings, conversations, messages, events, notifications) = counted;
    Ok(RowCounts { people, bookings, conversations, messages, events, notifications })
}

/// Counts the people in a database, which may be one of another program: 0 if the table is missing.
pub(super) async fn count_people(database: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let counted = sqlx::query_scalar("SELECT count(*) FROM person").fetch_one(database).await;
    counted.or_else(|error| match error.as_database_error() {
        Some(database_error) if database_error.message().contains("no such table") => Ok(0),
        _ => Err(error),
    })
}

/// Checks that a verified database has all migrations.
pub(super) async fn check_up_to_date(database: &mut SqliteConnection, name: &Path) -> Result<(), BackupError> {
    let applied = applied_migrations(name, database).await?.len();
    if applied == Migrator::get_migration_files().len() { Ok(()) } else { Err(BackupError::Older(name.to_owned())) }
}

async fn applied_migrations(name: &Path, database: &mut SqliteConnection) -> Result<Vec<String>, BackupError> {
    sqlx::query_scalar("SELECT version FROM seaql_migrations").fetch_all(database).await.map_err(to_backup_error(name))
}

async fn check_known_migrations(name: &Path, database: &mut SqliteConnection) -> Result<(), BackupError> {
    let applied = applied_migrations(name, database).await?;
    let known = Migrator::get_migration_files();
    match applied.into_iter().find(|migration| known.iter().all(|known| known.name() != migration)) {
        Some(unknown) => Err(BackupError::Newer(name.to_owned(), unknown)),
        None => Ok(()),
    }
}

async fn check_integrity(name: &Path, database: &mut SqliteConnection) -> Result<(), BackupError> {
    let faults: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(1)")
        .fetch_all(&mut *database)
        .await
        .map_err(to_backup_error(name))?;
    if let Some(fault) = faults.into_iter().find(|fault| fault != "ok") {
        return Err(BackupError::Damaged(name.to_owned(), fault));
    }
    let violations =
        sqlx::query("PRAGMA foreign_key_check").fetch_all(database).await.map_err(to_backup_error(name))?;
    match violations.len() {
        0 => Ok(()),
        rows => Err(BackupError::Damaged(name.to_owned(), format!("{rows} rows point to others that don't exist"))),
    }
}

fn to_backup_error(name: &Path) -> impl Fn(sqlx::Error) -> BackupError {
    move |error| sqlite_file::to_backup_error(name, error)
}
