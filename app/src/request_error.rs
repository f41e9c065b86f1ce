//! What a server function answers.

use crate::json::Json;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use model::{ApiError, PersonId};
use serde::{Deserialize, Serialize};

/// Why a server function has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestError {
    /// The server said no, and why.
    Refused(ApiError),
    /// The server wasn't reached, or its answer didn't arrive: whether it was done isn't known.
    #[serde(rename = "unreached")]
    Network,
    /// No answer came in time: whether it was done isn't known, and it must not be asked again unseen.
    TimedOut,
}

impl RequestError {
    /// Whether the same may well be done when it is tried again.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            RequestError::Network
                | RequestError::TimedOut
                | RequestError::Refused(
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

impl FromServerFnError for RequestError {
    type Encoder = Json;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) | ServerFnErrorErr::Deserialization(_) => {
                RequestError::Network
            }
            // Arguments that don't fit: a form from another time, or no form of ours.
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                RequestError::Refused(ApiError::Invalid { fields: model::ValidationErrors::default() })
            }
            _ => RequestError::Refused(ApiError::Internal),
        }
    }
}

impl From<ApiError> for RequestError {
    fn from(refusal: ApiError) -> Self {
        RequestError::Refused(refusal)
    }
}

/// The result of a server function.
pub type RequestResult<T> = Result<T, RequestError>;

/// A view with the person whose it is: what is needed to keep it live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForPerson<T> {
    /// Whose.
    pub me: PersonId,
    /// What they see.
    pub view: T,
}

/// The view, if it is there and this person's: somebody else may have signed in in the same browser meanwhile.
pub fn view_of<T>(me: PersonId, answer: RequestResult<ForPerson<T>>) -> Option<T> {
    answer.ok().filter(|mine| mine.me == me).map(|mine| mine.view)
}
