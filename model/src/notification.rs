//! Notifications: what the bell tells of.

use crate::{
    id::{BookingId, ConversationId, NotificationId},
    person::Person,
    time::Instant,
};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Characters of a message that a notification shows.
pub const PREVIEW_LIMIT: usize = 120;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// Somebody wrote.
    Message,
    /// Somebody wants to book.
    Booking,
}

impl NotificationKind {
    /// The stable word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            NotificationKind::Message => "message",
            NotificationKind::Booking => "booking",
        }
    }
}

impl FromStr for NotificationKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "message" => Ok(NotificationKind::Message),
            "booking" => Ok(NotificationKind::Booking),
            _ => Err(()),
        }
    }
}

/// One thing the bell tells of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    pub read_at: Option<Instant>,
}
