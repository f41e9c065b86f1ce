//! Ids are types of their own, so that one can't be passed for another.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = "uuid")]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    )*};
}

id! {
    /// A person with an account. UUIDv7.
    PersonId,
    /// One signed-in device, or one access token. UUIDv7; not the secret itself.
    SessionId,
    /// A booking. UUIDv7.
    BookingId,
    /// The conversation of a booking. UUIDv7.
    ConversationId,
    /// A message. UUIDv7.
    MessageId,
    /// Minted by the sender, any UUID: the same message sent again carries the same one.
    ClientId,
    /// A notification. UUIDv7.
    NotificationId,
}
