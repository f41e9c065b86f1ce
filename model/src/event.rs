//! Events: entries of a person's event log, from which their clients update.

use crate::{
    booking::Booking,
    conversation::Conversation,
    id::{ConversationId, NotificationId, PersonId},
    message::Message,
    notification::Notification,
    person::{Person, Role},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Defines the events, their names, and how they are read from JSON, from one table. A field with `= value` has that
/// value where the JSON lacks it; without any other field the event can't be read. The name is matched as `tt`, because
/// not every derive macro can read a value that is matched as `literal`.
macro_rules! events {
    ($($(#[$about:meta])* $kind:ident = $name:tt {
        $($(#[$doc:meta])* $field:ident: $type:ty $(= $default:expr)?,)*
    })*) => {
        /// A change, from the view of the person whose log it is in.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(tag = "type", rename_all_fields = "camelCase")]
        #[allow(clippy::large_enum_variant, reason = "events are handled one at a time, and rarely stored")]
        pub enum Event {
            $($(#[$about])* #[serde(rename = $name)] #[schema(rename_all = "camelCase")] $kind {
                $($(#[$doc])* $field: $type,)*
            },)*
            /// An event type of a newer server, unknown to this client.
            #[serde(skip_serializing)]
            Unknown,
        }

        impl Event {
            /// Names of all logged events, which a stream sends with an `id:` field.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// Returns the event's name on the stream.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Event::$kind { .. } => $name,)*
                    Event::Unknown => "unknown",
                }
            }
        }

        impl RawEnvelope {
            /// Returns the event; `None` if a field of it is missing.
            fn into_event(self) -> Option<Event> {
                Some(match self.name.as_str() {
                    $($name => Event::$kind { $($field: self.$field$(.or(Some($default)))? ?,)* },)*
                    _ => Event::Unknown,
                })
            }
        }
    };
}

events! {
    /// A message was posted. The sender receives this event too.
    MessageCreated = "message.created" {
        /// The message.
        message: Message,
    }
    /// A conversation was opened. Its first message follows as an event of its own.
    ConversationCreated = "conversation.created" {
        /// The conversation as this person sees it, still empty.
        conversation: Conversation,
    }
    /// A person's read marker moved. The other party receives this only where both have receipts on. A person who marks
    /// messages as unread moves their own marker back, and only they receive that.
    ConversationRead = "conversation.read" {
        /// Conversation in which it happened.
        conversation_id: ConversationId,
        /// Person whose marker moved.
        user_id: PersonId,
        /// `seq` up to which they have read.
        read_seq: i64,
        /// Number of messages that person has left to read in the conversation.
        unread: i64,
    }
    /// Messages have reached a device of this person.
    ConversationDelivered = "conversation.delivered" {
        /// Conversation in which it happened.
        conversation_id: ConversationId,
        /// Person whose device it is.
        user_id: PersonId,
        /// `seq` of the last message that reached it.
        delivered_seq: i64,
    }
    /// A notification was created.
    NotificationCreated = "notification.created" {
        /// The notification.
        notification: Notification,
    }
    /// Notifications were marked as seen.
    NotificationRead = "notification.read" {
        /// Ids of those seen; empty if `all` is true.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        #[schema(required = false)]
        ids: Vec<NotificationId> = Vec::new(),
        /// Whether all of them were marked as seen.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        #[schema(required = false)]
        all: bool = false,
        /// Number of notifications still unseen.
        unread: i64,
        /// When they were marked as seen.
        read_at: Timestamp,
    }
    /// A booking's status changed.
    BookingUpdated = "booking.updated" {
        /// The booking after the change.
        booking: Booking,
    }
    /// The profile of the person, or of one they share a conversation with, changed.
    PersonUpdated = "person.updated" {
        /// The person after the change.
        person: Person,
    }
}

impl Event {
    /// Returns the conversation that this event moves to the top of an inbox, and the role that the inbox's owner `me`,
    /// in whose log it is, has in that conversation.
    pub fn reordered_conversation(&self, me: PersonId) -> Option<(ConversationId, Role)> {
        let (conversation, is_organizer) = match self {
            Event::MessageCreated { message } => {
                let by_organizer = message.sender.role == Role::Organizer;
                (message.conversation_id, by_organizer == (message.sender.id == me))
            }
            Event::ConversationCreated { conversation } => (conversation.id, conversation.booking.organizer.id == me),
            Event::ConversationRead { .. }
            | Event::ConversationDelivered { .. }
            | Event::NotificationCreated { .. }
            | Event::NotificationRead { .. }
            | Event::BookingUpdated { .. }
            | Event::PersonUpdated { .. }
            | Event::Unknown => return None,
        };
        Some((conversation, if is_organizer { Role::Organizer } else { Role::Talent }))
    }
}

/// An event with its number in the person's event sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "RawEnvelope")]
pub struct Envelope {
    /// Number of the event: 1, 2, 3, … for each person, without gaps.
    pub seq: i64,
    /// When the event was recorded.
    pub at: Timestamp,
    /// The event.
    #[serde(flatten)]
    pub event: Event,
}

/// The JSON form of an envelope, with the fields of all events side by side. The deserializer that serde derives for a
/// tagged enum in a flattened field reads everything twice, with code that the browser would have to download twice.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawEnvelope {
    seq: i64,
    at: Timestamp,
    #[serde(rename = "type")]
    name: String,
    message: Option<Message>,
    conversation: Option<Conversation>,
    conversation_id: Option<ConversationId>,
    user_id: Option<PersonId>,
    read_seq: Option<i64>,
    delivered_seq: Option<i64>,
    unread: Option<i64>,
    notification: Option<Notification>,
    ids: Option<Vec<NotificationId>>,
    all: Option<bool>,
    read_at: Option<Timestamp>,
    booking: Option<Booking>,
    person: Option<Person>,
}

impl TryFrom<RawEnvelope> for Envelope {
    type Error = &'static str;
    fn try_from(raw: RawEnvelope) -> Result<Self, Self::Error> {
        let (seq, at) = (raw.seq, raw.at);
        raw.into_event().map(|event| Self { seq, at, event }).ok_or("a field of the event is missing")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_event_advances_the_cursor() {
        let json = r#"{"seq":7,"at":"2026-11-22T14:30:00Z","type":"moon.rose","moon":{"phase":1}}"#;
        let envelope: Envelope = serde_json::from_str(json).expect("an envelope");
        assert_eq!((envelope.seq, envelope.event), (7, Event::Unknown));
    }

    #[test]
    fn schema_keys_match_the_json() {
        let schema = serde_json::to_string(&<Event as utoipa::PartialSchema>::schema()).expect("json");
        assert!(!schema.contains('_') && schema.contains("readSeq") && schema.contains("readAt"), "{schema}");
        assert!(Event::NAMES.iter().all(|name| schema.contains(name)) && !schema.contains("Unknown"), "{schema}");
    }

    #[test]
    fn an_incomplete_event_is_refused() {
        let json = r#"{"seq":7,"at":"2026-11-22T14:30:00Z","type":"message.created"}"#;
        assert!(serde_json::from_str::<Envelope>(json).is_err());
        let json = r#"{"seq":7,"at":"2026-11-22T14:30:00Z","type":"notification.read","unread":0,"readAt":"2026-11-22T14:30:00Z"}"#;
        let envelope: Envelope = serde_json::from_str(json).expect("an envelope");
        assert!(matches!(envelope.event, Event::NotificationRead { all: false, ids, .. } if ids.is_empty()));
    }

    #[test]
    fn event_keys_are_camel_case() {
        let event = Event::NotificationRead { ids: vec![], all: true, unread: 2, read_at: Timestamp::from_millis(0) };
        let json = serde_json::to_value(Envelope { seq: 1, at: Timestamp::from_millis(0), event }).expect("json");
        assert_eq!(json["type"], "notification.read");
        assert_eq!(json["readAt"], "1970-01-01T00:00:00Z");
        assert_eq!(json["seq"], 1);
        assert_eq!((json.get("ids"), &json["all"]), (None, &true.into()));
    }
}
