//! Conversations: two people, one booking.

use crate::{booking::Booking, id::ConversationId, message::Message, person::Person, time::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A conversation as one of its two people sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    /// Which.
    pub id: ConversationId,
    /// What it is about.
    pub booking: Booking,
    /// The other person.
    pub counterpart: Person,
    /// The newest message.
    #[schema(required = true)]
    pub last_message: Option<Message>,
    /// Messages of the counterpart beyond `readSeq`.
    pub unread: i64,
    /// The `seq` of the newest message; 0 where there is none.
    pub last_seq: i64,
    /// How far the viewer has read.
    pub read_seq: i64,
    /// How far the counterpart has read.
    pub counterpart_read_seq: i64,
    /// How far messages have reached a device of the counterpart; never behind what they read.
    pub counterpart_delivered_seq: i64,
    /// When the newest message was written, or the conversation opened.
    pub updated_at: Timestamp,
}
