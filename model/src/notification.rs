//! Notifications: what the bell tells of.

use crate::{
    id::{BookingId, ConversationId, NotificationId},
    person::Person,
    string_enum::string_enum,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Characters of a message that a notification shows.
pub const PREVIEW_LIMIT: usize = 120;

string_enum! {
    /// What happened.
    NotificationKind {
        /// Somebody wrote.
        Message = "message",
        /// Somebody wants to book.
        Booking = "booking",
        /// The talent said yes.
        BookingAccepted = "booking_accepted",
        /// The talent said no.
        BookingDeclined = "booking_declined",
        /// The other side called it off.
        BookingCancelled = "booking_cancelled",
        /// The person's own password was changed.
        PasswordChanged = "password_changed",
        /// The person's own address was changed.
        EmailChanged = "email_changed",
        /// The person made an access token.
        TokenCreated = "token_created",
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
    /// Where; nowhere for what happened to the person's own account.
    pub conversation_id: Option<ConversationId>,
    /// About which booking.
    pub booking_id: Option<BookingId>,
    /// Who did it.
    pub actor: Person,
    /// The beginning of the message, if it is about one.
    pub preview: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was seen, if it was.
    #[schema(required = true)]
    pub read_at: Option<Timestamp>,
}
