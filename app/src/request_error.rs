//! The result type of server functions.

use crate::json::Json;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use model::{ApiError, PersonId};
use serde::{Deserialize, Serialize};

/// Why the call of a server function failed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestError {
    /// The server refused the request for this reason.
    Refused(ApiError),
    /// The server wasn't reached, or its response was lost: the request may have been executed.
    #[serde(rename = "unreached")]
    Network,
    /// No response in time. The request may have been executed; don't repeat it without the person's knowledge.
    TimedOut,
}

impl RequestError {
    /// Returns whether the same request may succeed on a retry.
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
            // The arguments don't fit: the form belongs to another version of the site, or isn't one of its forms.
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                RequestError::Refused(ApiError::Invalid { fields: model::ValidationErrors::default() })
            }
            _ => RequestError::Refused(ApiError::Internal),
        }
    }
}

impl From<ApiError> for RequestError {
    fn from(error: ApiError) -> Self {
        RequestError::Refused(error)
    }
}

/// The result of a server function.
pub type RequestResult<T> = Result<T, RequestError>;

/// A view with the person it belongs to: [`Live::subscribe`](crate::live::Live::subscribe) needs both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForPerson<T> {
    /// The viewer.
    pub me: PersonId,
    /// The viewer's data.
    pub view: T,
}

/// Returns the view if it was loaded and belongs to `me`: another person may have signed in with this browser since.
pub fn view_of<T>(me: PersonId, answer: RequestResult<ForPerson<T>>) -> Option<T> {
    answer.ok().filter(|for_person| for_person.me == me).map(|for_person| for_person.view)
}
