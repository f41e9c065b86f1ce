use model::{ApiError, FieldError};
use sea_orm::{
    ConnAcquireErr, DbErr, RuntimeErr, SqlErr,
    sqlx::{self, sqlite::SqliteError},
};
use std::{
    error::Error as StdError,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

/// What a use case ends with when it doesn't end well.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The answer is no; the code may be told.
    #[error("refused: {0}")]
    Api(#[from] ApiError),
    /// The database failed; for the log only.
    #[error("the database failed")]
    Database(#[from] DbErr),
    /// Something else failed; for the log only.
    #[error("something broke inside")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

/// The result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn internal(source: impl StdError + Send + Sync + 'static) -> Self {
        Error::Internal(Box::new(source))
    }

    /// A single field at fault.
    pub(crate) fn field(name: &str, field_error: FieldError) -> Self {
        Error::Api(ApiError::field(name, field_error))
    }

    /// Stored data that doesn't parse.
    pub(crate) fn corrupt(what: &str) -> Self {
        Error::Internal(format!("the database holds a {what} that can't be read").into())
    }

    /// The database said nothing in time.
    pub(crate) fn timeout() -> Self {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout).into()
    }

    /// What may be told to the outside. The rest is logged here, once; a database that is away or full only every second,
    /// since it is so for everybody.
    pub fn into_api_error(self) -> ApiError {
        let inside = match self {
            Error::Api(api_error) => return api_error,
            inside => inside,
        };
        let error_chain = error_chain(&inside);
        let chain = || error_chain.iter().map(|cause| cause.to_string()).collect::<Vec<_>>().join(": ");
        let trouble = error_chain.iter().filter_map(|cause| database_error(*cause)).find_map(classify_db_error);
        let (api_error, meaning) = match trouble {
            Some(DatabaseFailure::Full) => (ApiError::StorageFull, "the database has no room on its disk"),
            Some(DatabaseFailure::Unavailable) => (ApiError::Unavailable, "the database can't be reached"),
            None => {
                tracing::error!(error = chain(), "a request failed");
                return ApiError::Internal;
            }
        };
        if should_log() {
            tracing::error!(error = chain(), "{meaning}");
        }
        api_error
    }
}

/// An error and all that caused it.
fn error_chain<'a>(error: &'a (dyn StdError + 'static)) -> Vec<&'a (dyn StdError + 'static)> {
    let (mut error_chain, mut next) = (Vec::new(), Some(error));
    while let Some(cause) = next {
        error_chain.push(cause);
        next = cause.source();
    }
    error_chain
}

/// What the database said, by itself or shared by all who asked together.
fn database_error<'a>(cause: &'a (dyn StdError + 'static)) -> Option<&'a DbErr> {
    let shared = || cause.downcast_ref::<Arc<DbErr>>().map(|error| &**error);
    let shared_whole = || match &**cause.downcast_ref::<Arc<Error>>()? {
        Error::Database(error) => Some(error),
        _ => None,
    };
    cause.downcast_ref::<DbErr>().or_else(shared).or_else(shared_whole)
}

/// What is wrong with the database, where it isn't what was asked of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DatabaseFailure {
    /// There is no room left on its disk.
    Full,
    /// It can't be reached, or can't work just now.
    Unavailable,
}

fn classify_db_error(error: &DbErr) -> Option<DatabaseFailure> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            classify_sqlx_error(error)
        }
        DbErr::Conn(RuntimeErr::SqlxError(error)) => classify_sqlx_error(error).or(Some(DatabaseFailure::Unavailable)),
        DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => Some(DatabaseFailure::Unavailable),
        _ => None,
    }
}

fn classify_sqlx_error(error: &sqlx::Error) -> Option<DatabaseFailure> {
    use sqlx::Error::{Io, PoolClosed, PoolTimedOut, WorkerCrashed};
    match error {
        sqlx::Error::Database(told) => {
            let code = told.code()?;
            match told.try_downcast_ref::<SqliteError>() {
                Some(_) => by_sqlite_code(code.parse().ok()?),
                None => by_sqlstate(&code),
            }
        }
        Io(_) | PoolTimedOut | PoolClosed | WorkerCrashed => Some(DatabaseFailure::Unavailable),
        _ => None,
    }
}

/// PostgreSQL's codes of what ends or refuses a connection, of a disk that fails, and of a server that only reads.
fn by_sqlstate(code: &str) -> Option<DatabaseFailure> {
    if code == "53100" {
        return Some(DatabaseFailure::Full);
    }
    let away = ["08", "53", "57P", "58", "25006"];
    away.iter().any(|class| code.starts_with(class)).then_some(DatabaseFailure::Unavailable)
}

/// SQLite's codes: the low byte says what it is, the rest more of it.
fn by_sqlite_code(code: i32) -> Option<DatabaseFailure> {
    /// The log's index couldn't grow.
    const IOERR_SHMSIZE: i32 = 4_874;
    match (code, code & 0xff) {
        (IOERR_SHMSIZE, _) | (_, 13) => Some(DatabaseFailure::Full),
        // Busy, locked, out of memory, read-only, an I/O error, a file that can't be opened, a lock that can't be had.
        (_, 5..=8 | 10 | 14 | 15) => Some(DatabaseFailure::Unavailable),
        _ => None,
    }
}

/// Whether a statement failed because there is no room left on the disk.
pub(crate) fn is_storage_full(error: &DbErr) -> bool {
    classify_db_error(error) == Some(DatabaseFailure::Full)
}

/// Once a second.
fn should_log() -> bool {
    static SAID: Mutex<Option<Instant>> = Mutex::new(None);
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    let time = said.is_none_or(|said| said.elapsed().as_secs() >= 1);
    if time {
        *said = Some(Instant::now());
    }
    time
}

/// Whether a statement failed because the row is there already.
pub(crate) fn is_duplicate(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}
