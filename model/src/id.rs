//! Ids: a type for each, so that the compiler rejects one in place of another.

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
    /// Id of a person with an account. UUIDv7.
    PersonId,
    /// Id of one signed-in device or one access token. UUIDv7; not the secret.
    SessionId,
    /// Id of a booking. UUIDv7.
    BookingId,
    /// Id of a booking's conversation. UUIDv7.
    ConversationId,
    /// Id of a message. UUIDv7.
    MessageId,
    /// Idempotency key that the sender generates, any UUID. A message that is sent again has the same one.
    ClientId,
    /// Id of a notification. UUIDv7.
    NotificationId,
}
