//! Conversations: each belongs to one booking and its two parties.

use crate::{
    booking::Booking,
    id::{ConversationId, PersonId},
    message::Message,
    person::Person,
    time::{Day, Timestamp},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A conversation as one of its two parties sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    /// Unique id (UUIDv7).
    pub id: ConversationId,
    /// The booking that it is about.
    pub booking: Booking,
    /// The other person.
    pub counterpart: Person,
    /// Newest message; `null` in a conversation without messages.
    #[schema(required = true)]
    pub last_message: Option<Message>,
    /// Number of the counterpart's messages after `readSeq`.
    pub unread: i64,
    /// `seq` of the newest message; 0 if there is none.
    pub last_seq: i64,
    /// `seq` up to which the viewer has read.
    pub read_seq: i64,
    /// `seq` up to which the counterpart has read, as far as receipts show it.
    pub counterpart_read_seq: i64,
    /// `seq` up to which messages have reached a device of the counterpart; never less than `counterpartReadSeq`.
    pub counterpart_delivered_seq: i64,
    /// When the newest message was written; when the conversation was opened if there is none.
    pub updated_at: Timestamp,
}

impl Conversation {
    /// Returns whether it needs the viewer `me`: it has unread messages, or a request to answer.
    pub fn needs(&self, me: PersonId, today: Day) -> bool {
        self.unread > 0 || self.booking.waits_for_answer_of(me, today)
    }
}
