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

/// Error of a use case.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is refused; the client may see the code.
    #[error("refused: {0}")]
    Api(#[from] ApiError),
    /// A database error; only for the log.
    #[error("database error")]
    Database(#[from] DbErr),
    /// Any other error; only for the log.
    #[error("internal error")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

/// The result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn internal(source: impl StdError + Send + Sync + 'static) -> Self {
        Error::Internal(Box::new(source))
    }

    /// Creates a validation error of a single field.
    pub(crate) fn for_field(name: &str, field_error: FieldError) -> Self {
        Error::Api(ApiError::for_field(name, field_error))
    }

    /// Creates an error for stored data that can't be parsed.
    pub(crate) fn corrupt(what: &str) -> Self {
        Error::Internal(format!("the database holds an invalid {what}").into())
    }

    /// Creates an error for a database that didn't answer in time.
    pub(crate) fn timeout() -> Self {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout).into()
    }

    /// Returns the error that the client may see, and logs the rest. Logs an unreachable or full database at most once
    /// a second, because it then affects every request.
    pub fn into_api_error(self) -> ApiError {
        let error = match self {
            Error::Api(api_error) => return api_error,
            error => error,
        };
        let error_chain = error_chain(&error);
        let chain = || error_chain.iter().map(|cause| cause.to_string()).collect::<Vec<_>>().join(": ");
        let failure = error_chain.iter().filter_map(|cause| database_error(*cause)).find_map(classify_db_error);
        let (api_error, meaning) = match failure {
            Some(DatabaseFailure::Full) => (ApiError::StorageFull, "the database's disk is full"),
            Some(DatabaseFailure::Unavailable) => (ApiError::Unavailable, "the database is unreachable"),
            None => {
                tracing::error!(error = chain(), "request failed");
                return ApiError::Internal;
            }
        };
        if should_log() {
            tracing::error!(error = chain(), "{meaning}");
        }
        api_error
    }
}

/// Returns an error and all its sources.
fn error_chain<'a>(error: &'a (dyn StdError + 'static)) -> Vec<&'a (dyn StdError + 'static)> {
    let (mut causes, mut next) = (Vec::new(), Some(error));
    while let Some(cause) = next {
        causes.push(cause);
        next = cause.source();
    }
    causes
}

/// Returns the database error of a cause, which a batch may have shared between its requests.
fn database_error<'a>(cause: &'a (dyn StdError + 'static)) -> Option<&'a DbErr> {
    let shared = || cause.downcast_ref::<Arc<DbErr>>().map(|error| &**error);
    let shared_whole = || match &**cause.downcast_ref::<Arc<Error>>()? {
        Error::Database(error) => Some(error),
        _ => None,
    };
    cause.downcast_ref::<DbErr>().or_else(shared).or_else(shared_whole)
}

/// A failure of the database itself, not of a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DatabaseFailure {
    /// Its disk is full.
    Full,
    /// It is unreachable or temporarily unable to work.
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
        sqlx::Error::Database(error) => {
            let code = error.code()?;
            match error.try_downcast_ref::<SqliteError>() {
                Some(_) => by_sqlite_code(code.parse().ok()?),
                None => by_sqlstate(&code),
            }
        }
        Io(_) | PoolTimedOut | PoolClosed | WorkerCrashed => Some(DatabaseFailure::Unavailable),
        _ => None,
    }
}

/// PostgreSQL's SQLSTATE classes for refused and broken connections, disk errors, and a read-only server.
fn by_sqlstate(code: &str) -> Option<DatabaseFailure> {
    if code == "53100" {
        return Some(DatabaseFailure::Full);
    }
    let classes = ["08", "53", "57P", "58", "25006"];
    classes.iter().any(|class| code.starts_with(class)).then_some(DatabaseFailure::Unavailable)
}

/// SQLite's primary result codes, the low byte of the extended codes.
fn by_sqlite_code(code: i32) -> Option<DatabaseFailure> {
    /// The shared memory of the WAL index can't grow.
    const IOERR_SHMSIZE: i32 = 4_874;
    match (code, code & 0xff) {
        (IOERR_SHMSIZE, _) | (_, 13) => Some(DatabaseFailure::Full),
        // BUSY, LOCKED, NOMEM, READONLY, IOERR, CANTOPEN, PROTOCOL (lock not acquired).
        (_, 5..=8 | 10 | 14 | 15) => Some(DatabaseFailure::Unavailable),
        _ => None,
    }
}

/// Returns whether a statement failed because the disk is full.
pub(crate) fn is_storage_full(error: &DbErr) -> bool {
    classify_db_error(error) == Some(DatabaseFailure::Full)
}

/// Returns `true` at most once a second.
fn should_log() -> bool {
    static LAST_LOGGED: Mutex<Option<Instant>> = Mutex::new(None);
    let mut last_logged = LAST_LOGGED.lock().unwrap_or_else(PoisonError::into_inner);
    let is_due = last_logged.is_none_or(|last_logged| last_logged.elapsed().as_secs() >= 1);
    if is_due {
        *last_logged = Some(Instant::now());
    }
    is_due
}

/// Returns whether a statement failed because of a unique constraint.
pub(crate) fn is_duplicate(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}
