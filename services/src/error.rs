use model::{Fault, Refusal};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr, sqlx};
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
    Refused(#[from] Refusal),
    /// The database failed; for the log only.
    #[error("the database failed")]
    Database(#[from] DbErr),
    /// Something else failed; for the log only.
    #[error("something broke inside")]
    Broken(#[source] Box<dyn StdError + Send + Sync>),
}

/// The result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn broken(source: impl StdError + Send + Sync + 'static) -> Self {
        Error::Broken(Box::new(source))
    }

    /// A single field at fault.
    pub(crate) fn field(name: &str, fault: Fault) -> Self {
        Error::Refused(Refusal::field(name, fault))
    }

    /// Stored data that doesn't parse.
    pub(crate) fn stored(what: &str) -> Self {
        Error::Broken(format!("the database holds a {what} that can't be read").into())
    }

    /// The database said nothing in time.
    pub(crate) fn silent() -> Self {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout).into()
    }

    /// What may be told to the outside. The rest is logged here, once; a database that is away only every second, since
    /// it is away for everybody.
    pub fn into_refusal(self) -> Refusal {
        let inside = match self {
            Error::Refused(refusal) => return refusal,
            inside => inside,
        };
        let causes = causes(&inside);
        let chain = || causes.iter().map(|cause| cause.to_string()).collect::<Vec<_>>().join(": ");
        if causes.iter().any(|cause| is_away(*cause)) {
            if is_time_to_say() {
                tracing::error!(error = chain(), "the database can't be reached");
            }
            return Refusal::Unavailable;
        }
        tracing::error!(error = chain(), "a request failed");
        Refusal::Internal
    }
}

/// An error and all that caused it.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> Vec<&'a (dyn StdError + 'static)> {
    let (mut causes, mut next) = (Vec::new(), Some(error));
    while let Some(cause) = next {
        causes.push(cause);
        next = cause.source();
    }
    causes
}

/// Whether it is the way to the database that failed, not what was asked of it.
fn is_away(cause: &(dyn StdError + 'static)) -> bool {
    let shared = || cause.downcast_ref::<Arc<DbErr>>().map(|error| &**error);
    let shared_whole = || match &**cause.downcast_ref::<Arc<Error>>()? {
        Error::Database(error) => Some(error),
        _ => None,
    };
    match cause.downcast_ref::<DbErr>().or_else(shared).or_else(shared_whole) {
        Some(DbErr::Conn(_) | DbErr::ConnectionAcquire(_)) => true,
        Some(DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) => {
            match &**error {
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
                // PostgreSQL's classes of what ends or refuses a connection.
                sqlx::Error::Database(told) => {
                    told.code().is_some_and(|code| ["08", "57P", "53"].iter().any(|class| code.starts_with(class)))
                }
                _ => false,
            }
        }
        _ => false,
    }
}

/// Once a second.
fn is_time_to_say() -> bool {
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
