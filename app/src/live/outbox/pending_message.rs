//! A message that waits to be sent or delivered.

use crate::request_error::RequestError;
use model::{ClientId, ConversationId};
use serde::{Deserialize, Serialize};

/// The progress of a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SendState {
    /// Queued, or being sent.
    Sending,
    /// The server has it; its event is about to arrive.
    Sent,
    /// Sending failed. Retried automatically if the error [is transient](RequestError::is_transient).
    Failed(RequestError),
}

/// A message that isn't in the thread yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingMessage {
    /// Its key in this browser's storage, which gives the order; `None` if it couldn't be stored.
    #[serde(rename = "place")]
    pub(in crate::live) storage_key: Option<u32>,
    pub conversation_id: ConversationId,
    pub client_id: ClientId,
    pub body: String,
    #[serde(rename = "stage")]
    pub state: SendState,
}

impl PendingMessage {
    /// Returns whether the message survives the page.
    pub fn is_stored(&self) -> bool {
        self.storage_key.is_some()
    }

    /// Returns whether the server refused the message for good, so that the person must act.
    pub(super) fn is_rejected(&self) -> bool {
        matches!(&self.state, SendState::Failed(failure) if !failure.is_transient())
    }

    /// Returns whether it is sent again by itself.
    pub(super) fn waits_for_retry(&self) -> bool {
        matches!(&self.state, SendState::Failed(failure) if failure.is_transient())
    }
}
