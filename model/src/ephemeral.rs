//! What passes by on the stream and is never kept: who is typing, and who is here.

use crate::{
    id::{ConversationId, PersonId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The name of [`Typing`] on the stream.
pub const TYPING: &str = "typing";
/// The name of [`PresenceUpdate`] on the stream.
pub const PRESENCE: &str = "presence";

/// Somebody is writing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Typing {
    /// Where.
    pub conversation_id: ConversationId,
    /// Who.
    pub user_id: PersonId,
    /// When it is over, unless it is told again: 5 s after it is told. A client whose clock may be wrong counts those
    /// from when it hears it.
    pub until: Timestamp,
}

/// Somebody came, or left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PresenceUpdate {
    /// Who.
    pub user_id: PersonId,
    /// Whether they are here now.
    pub online: bool,
}

/// Whether somebody is here. Nothing is said of people who don't want it said, nor to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Presence {
    /// Whether they are here now.
    pub online: bool,
    /// When they last were, if they aren't.
    #[schema(required = true)]
    pub active_at: Option<Timestamp>,
}
