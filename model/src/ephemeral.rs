//! Ephemeral events: sent on the stream but never logged. They say who is typing and who is online.

use crate::{
    id::{ConversationId, PersonId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Event name of [`Typing`] on the stream.
pub const TYPING: &str = "typing";
/// Event name of [`PresenceUpdate`] on the stream.
pub const PRESENCE: &str = "presence";

/// The other person is typing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Typing {
    /// Conversation in which they type.
    pub conversation_id: ConversationId,
    /// Person who types.
    pub user_id: PersonId,
    /// When it expires unless repeated: 5 s after it was sent. A client whose clock may be wrong counts the 5 s from
    /// when it receives the event.
    pub until: Timestamp,
}

/// A person came online or went offline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PresenceUpdate {
    /// The person.
    pub user_id: PersonId,
    /// Whether the person is online.
    pub online: bool,
}

/// A person's presence. It is neither shown of people who turned presence off nor shown to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Presence {
    /// Whether the person is online.
    pub online: bool,
    /// When the person was last online; `null` while they are, and where it isn't known or not shown.
    #[schema(required = true)]
    pub active_at: Option<Timestamp>,
}
