//! Notifications: the entries of the list behind the bell icon.

use crate::{
    booking::BookingSummary,
    id::{BookingId, ConversationId, NotificationId},
    person::Person,
    string_enum::string_enum,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Maximum length of the message preview in a notification, in characters.
pub const PREVIEW_LIMIT: usize = 120;

string_enum! {
    /// What a notification is about.
    NotificationKind {
        /// The other person posted a message.
        Message = "message",
        /// An organiser requested a booking.
        Booking = "booking",
        /// The talent accepted the booking.
        BookingAccepted = "booking_accepted",
        /// The talent declined the booking.
        BookingDeclined = "booking_declined",
        /// The other party cancelled the booking.
        BookingCancelled = "booking_cancelled",
        /// The person's own password was changed.
        PasswordChanged = "password_changed",
        /// The person's own e-mail address was changed.
        EmailChanged = "email_changed",
        /// The person created an access token.
        TokenCreated = "token_created",
    }
}

/// One notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// Unique id (UUIDv7): newer notifications have greater ids.
    pub id: NotificationId,
    /// What it is about.
    pub kind: NotificationKind,
    /// Conversation that it is about; `null` if it is about the person's own account.
    pub conversation_id: Option<ConversationId>,
    /// Booking that it is about; `null` if it is about the person's own account.
    pub booking_id: Option<BookingId>,
    /// The booking's terms, if it is about a request or about a change of the booking; `null` for a message.
    #[serde(default)]
    #[schema(required = true)]
    pub booking: Option<BookingSummary>,
    /// The person who caused it.
    pub actor: Person,
    /// Beginning of the message, if it is about one.
    pub preview: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was seen; `null` if it wasn't.
    #[schema(required = true)]
    pub read_at: Option<Timestamp>,
}
