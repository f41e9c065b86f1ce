//! Notifications: what the bell tells of.

use crate::{
    id::{BookingId, ConversationId, NotificationId},
    person::Person,
    time::Instant,
    word::words,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Characters of a message that a notification shows.
pub const PREVIEW_LIMIT: usize = 120;

words! {
    /// What happened.
    NotificationKind {
        /// Somebody wrote.
        Message = "message",
        /// Somebody wants to book.
        Booking = "booking",
    }
}

/// One thing the bell tells of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// Which. Newer ones have greater ids.
    pub id: NotificationId,
    /// What happened.
    pub kind: NotificationKind,
    /// Where.
    pub conversation_id: ConversationId,
    /// About what.
    pub booking_id: BookingId,
    /// Who did it.
    pub actor: Person,
    /// The beginning of the message.
    pub preview: String,
    /// When.
    pub created_at: Instant,
    /// When it was seen, if it was.
    #[schema(required = true)]
    pub read_at: Option<Instant>,
}
