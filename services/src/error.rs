use model::{Fault, Refusal};
use sea_orm::{DbErr, SqlErr};
use std::error::Error as StdError;

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

    /// What may be told to the outside. The rest is logged here, once.
    pub fn into_refusal(self) -> Refusal {
        match self {
            Error::Refused(refusal) => refusal,
            inside => {
                let mut chain = inside.to_string();
                let mut source = inside.source();
                while let Some(cause) = source {
                    chain = format!("{chain}: {cause}");
                    source = cause.source();
                }
                tracing::error!(error = chain, "a request failed");
                Refusal::Internal
            }
        }
    }
}

/// Whether a statement failed because the row is there already.
pub(crate) fn is_duplicate(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}
