use crate::{Viewer, batcher::Batcher};
use model::{ClientId, Message, MessageDraft};

/// A message to be sent.
pub(crate) struct MessageRequest {
    pub(super) viewer: Viewer,
    pub(super) draft: MessageDraft,
    pub(super) client_id: ClientId,
}

/// Result of sending a message.
#[derive(Debug)]
pub enum SendOutcome {
    /// The message was inserted.
    New(Message),
    /// The message existed already: this was a retry.
    Duplicate(Message),
}

impl SendOutcome {
    /// Returns the message, whether new or a duplicate.
    pub fn into_message(self) -> Message {
        match self {
            SendOutcome::New(message) | SendOutcome::Duplicate(message) => message,
        }
    }
}

/// Batches messages that are sent at the same time.
pub(crate) type MessageBatcher = Batcher<MessageRequest, SendOutcome>;

/// Generates a client id for a message sent without one, for instance by a form without JavaScript.
pub fn generate_client_id() -> ClientId {
    ClientId(uuid::Uuid::now_v7())
}
