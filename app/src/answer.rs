//! What a server function answers.

use crate::json::Json;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use model::{ApiError, PersonId};
use serde::{Deserialize, Serialize};

/// Why a server function has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The server said no, and why.
    Refused(ApiError),
    /// The server wasn't reached, or its answer didn't arrive: whether it was done isn't known.
    Unreached,
    /// No answer came in time: whether it was done isn't known, and it must not be asked again unseen.
    TimedOut,
}

impl Failure {
    /// Whether the same may well be done when it is tried again.
    pub fn passes(&self) -> bool {
        matches!(
            self,
            Failure::Unreached
                | Failure::TimedOut
                | Failure::Refused(
                    ApiError::Unauthenticated
                        | ApiError::OtherPerson
                        | ApiError::RateLimited { .. }
                        | ApiError::Unavailable
                        | ApiError::StorageFull
                        | ApiError::Internal
                )
        )
    }
}

impl FromServerFnError for Failure {
    type Encoder = Json;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) | ServerFnErrorErr::Deserialization(_) => {
                Failure::Unreached
            }
            // Arguments that don't fit: a form from another time, or no form of ours.
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                Failure::Refused(ApiError::Invalid { fields: model::ValidationErrors::default() })
            }
            _ => Failure::Refused(ApiError::Internal),
        }
    }
}

impl From<ApiError> for Failure {
    fn from(refusal: ApiError) -> Self {
        Failure::Refused(refusal)
    }
}

/// The result of a server function.
pub type Answer<T> = Result<T, Failure>;

/// A view with the person whose it is: what is needed to keep it live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mine<T> {
    /// Whose.
    pub me: PersonId,
    /// What they see.
    pub view: T,
}

/// The view, if it is there and this person's: somebody else may have signed in in the same browser meanwhile.
pub fn of<T>(me: PersonId, answer: Answer<Mine<T>>) -> Option<T> {
    answer.ok().filter(|mine| mine.me == me).map(|mine| mine.view)
}
