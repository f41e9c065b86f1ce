//! Events: what is written to a person's sequence, and read from it by their screens.

use crate::{
    booking::Booking,
    conversation::Conversation,
    id::{ConversationId, NotificationId, PersonId},
    message::Message,
    notification::Notification,
    person::Person,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What happened, as one person is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
#[allow(clippy::large_enum_variant, reason = "events pass by one at a time, and are rarely kept")]
pub enum Event {
    /// Somebody wrote; told to the sender too.
    #[serde(rename = "message.created")]
    MessageCreated {
        /// The message.
        message: Message,
    },
    /// A conversation began. Its first message follows as an event of its own.
    #[serde(rename = "conversation.created")]
    ConversationCreated {
        /// The conversation as this person sees it, still empty.
        conversation: Conversation,
    },
    /// Somebody read on; told to the other only where both want receipts. Whoever it is of may also have marked
    /// something as unread, which only they are told of.
    #[serde(rename = "conversation.read")]
    #[schema(rename_all = "camelCase")]
    ConversationRead {
        /// Where.
        conversation_id: ConversationId,
        /// Who read.
        user_id: PersonId,
        /// Up to which message.
        read_seq: i64,
        /// What that person has left to read there.
        unread: i64,
    },
    /// Messages have reached a device of somebody's.
    #[serde(rename = "conversation.delivered")]
    #[schema(rename_all = "camelCase")]
    ConversationDelivered {
        /// Where.
        conversation_id: ConversationId,
        /// Whose device.
        user_id: PersonId,
        /// Up to which message.
        delivered_seq: i64,
    },
    /// The bell has something new.
    #[serde(rename = "notification.created")]
    NotificationCreated {
        /// What.
        notification: Notification,
    },
    /// Notifications were seen.
    #[serde(rename = "notification.read")]
    #[schema(rename_all = "camelCase")]
    NotificationRead {
        /// Which, unless all of them.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        #[schema(required = false)]
        ids: Vec<NotificationId>,
        /// All there were.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        #[schema(required = false)]
        all: bool,
        /// How many are left.
        unread: i64,
        /// When they were seen.
        read_at: Timestamp,
    },
    /// A booking took a step.
    #[serde(rename = "booking.updated")]
    BookingUpdated {
        /// The booking as it stands now.
        booking: Booking,
    },
    /// The person themselves, or somebody they share a conversation with, goes by something new.
    #[serde(rename = "person.updated")]
    PersonUpdated {
        /// The person as they are now.
        person: Person,
    },
    /// Told by a newer server; this side doesn't know it.
    #[serde(skip_serializing)]
    Unknown,
}

impl Event {
    /// Its name on the stream.
    pub fn name(&self) -> &'static str {
        match self {
            Event::MessageCreated { .. } => "message.created",
            Event::ConversationCreated { .. } => "conversation.created",
            Event::ConversationRead { .. } => "conversation.read",
            Event::ConversationDelivered { .. } => "conversation.delivered",
            Event::NotificationCreated { .. } => "notification.created",
            Event::NotificationRead { .. } => "notification.read",
            Event::BookingUpdated { .. } => "booking.updated",
            Event::PersonUpdated { .. } => "person.updated",
            Event::Unknown => "unknown",
        }
    }

    /// The names of all events that a stream carries with an `id:`.
    pub const NAMES: [&'static str; 8] = [
        "message.created",
        "conversation.created",
        "conversation.read",
        "conversation.delivered",
        "notification.created",
        "notification.read",
        "booking.updated",
        "person.updated",
    ];
}

/// An event with its place in the person's sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "RawEnvelope")]
pub struct Envelope {
    /// 1, 2, 3, … for each person, without a gap.
    pub seq: i64,
    /// When it was committed.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// An envelope as it lies on the wire: what any event may hold, side by side. What serde derives for a tagged event in a
/// flat envelope reads everything twice, by code that a browser would have to load twice.
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
    #[serde(default)]
    ids: Vec<NotificationId>,
    #[serde(default)]
    all: bool,
    read_at: Option<Timestamp>,
    booking: Option<Booking>,
    person: Option<Person>,
}

impl RawEnvelope {
    /// The event, unless it lacks something.
    fn into_event(self) -> Option<Event> {
        Some(match self.name.as_str() {
            "message.created" => Event::MessageCreated { message: self.message? },
            "conversation.created" => Event::ConversationCreated { conversation: self.conversation? },
            "conversation.read" => Event::ConversationRead {
                conversation_id: self.conversation_id?,
                user_id: self.user_id?,
                read_seq: self.read_seq?,
                unread: self.unread?,
            },
            "conversation.delivered" => Event::ConversationDelivered {
                conversation_id: self.conversation_id?,
                user_id: self.user_id?,
                delivered_seq: self.delivered_seq?,
            },
            "notification.created" => Event::NotificationCreated { notification: self.notification? },
            "notification.read" => {
                Event::NotificationRead { ids: self.ids, all: self.all, unread: self.unread?, read_at: self.read_at? }
            }
            "booking.updated" => Event::BookingUpdated { booking: self.booking? },
            "person.updated" => Event::PersonUpdated { person: self.person? },
            _ => Event::Unknown,
        })
    }
}

impl TryFrom<RawEnvelope> for Envelope {
    type Error = &'static str;
    fn try_from(raw: RawEnvelope) -> Result<Self, Self::Error> {
        let (seq, at) = (raw.seq, raw.at);
        raw.into_event().map(|event| Self { seq, at, event }).ok_or("an event lacks something")
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
