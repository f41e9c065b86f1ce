//! What the stream delivers, and what the tabs of a browser send each other. Tabs with an older version of the site may
//! be open: the names in JSON stay.

use super::{outbox::PendingMessage, state::Connection};
use model::{ClientId, Envelope, PresenceUpdate, Timestamp, Typing};
use serde::{Deserialize, Serialize};

/// A message between tabs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "messages are handled one at a time and not stored")]
pub(super) enum TabMessage {
    /// The leader received this from the stream.
    #[serde(rename = "Heard")]
    Stream(StreamMessage),
    /// An earlier event, for the tab that requested a replay.
    #[serde(rename = "Again")]
    Replayed(Envelope),
    /// The leader's connection state.
    Connection(Connection),
    /// Requests the events after this sequence number.
    #[serde(rename = "Ask")]
    RequestReplay(i64),
    /// Asks the leader to respond.
    Ping,
    /// The leader's answer to a ping.
    Pong,
    /// The new state of a pending message.
    #[serde(rename = "Parcel")]
    Pending(PendingMessage),
    /// A message that the person has discarded.
    #[serde(rename = "Gone")]
    Removed(ClientId),
    /// The person signs out in this tab, and all of their data must be dropped.
    #[serde(rename = "Leaving")]
    SigningOut,
}

/// A message of the stream.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "messages are handled one at a time and not stored")]
pub(super) enum StreamMessage {
    /// The stream is open, and continues after this sequence number.
    Ready(Cursor),
    /// The stream can't resume from this browser's cursor: views must reload, and it continues after this number.
    Reset(Cursor),
    /// The stream is alive, and this is the newest sequence number.
    Heartbeat(Cursor),
    SessionEnded,
    Event(Envelope),
    /// The event with this sequence number is of a kind that this page doesn't know.
    Skipped(i64),
    Typing(Typing),
    Presence(PresenceUpdate),
}

/// The data of `ready`, `reset` and `heartbeat`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Cursor {
    pub(super) cursor: i64,
    /// The server's clock. Only heartbeats carry it.
    pub(super) at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Event;

    #[test]
    fn messages_keep_their_json_for_tabs_with_an_older_version() {
        let cursor = Cursor { cursor: 7, at: None };
        let client_id = ClientId(uuid::Uuid::nil());
        let messages = [
            (TabMessage::Stream(StreamMessage::Ready(cursor)), r#"{"Heard":{"Ready":{"cursor":7,"at":null}}}"#),
            (TabMessage::Stream(StreamMessage::Reset(cursor)), r#"{"Heard":{"Reset":{"cursor":7,"at":null}}}"#),
            (TabMessage::Stream(StreamMessage::Heartbeat(cursor)), r#"{"Heard":{"Heartbeat":{"cursor":7,"at":null}}}"#),
            (TabMessage::Stream(StreamMessage::SessionEnded), r#"{"Heard":"SessionEnded"}"#),
            (TabMessage::Stream(StreamMessage::Skipped(7)), r#"{"Heard":{"Skipped":7}}"#),
            (TabMessage::Connection(Connection::SignedOut), r#"{"Connection":"SignedOut"}"#),
            (TabMessage::RequestReplay(7), r#"{"Ask":7}"#),
            (TabMessage::Ping, r#""Ping""#),
            (TabMessage::Pong, r#""Pong""#),
            (TabMessage::Removed(client_id), r#"{"Gone":"00000000-0000-0000-0000-000000000000"}"#),
            (TabMessage::SigningOut, r#""Leaving""#),
        ];
        for (message, json) in messages {
            assert_eq!(serde_json::to_string(&message).expect("a message"), json);
        }
    }

    #[test]
    fn an_unknown_event_is_sent_as_its_number() {
        let envelope = Envelope { seq: 7, at: Timestamp::from_millis(0), event: Event::Unknown };
        assert!(serde_json::to_string(&TabMessage::Replayed(envelope)).is_err());
    }
}
