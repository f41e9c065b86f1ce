use bytes::Bytes;
use model::{
    PersonId, SessionEndReason, Timestamp, Typing,
    ephemeral::{PRESENCE, TYPING},
};

/// An event of the log, as it goes over the wire. Encoded once for all streams of the person.
pub(crate) fn encode_event(kind: &str, seq: i64, payload: &str) -> Bytes {
    Bytes::from(format!("event: {kind}\nid: {seq}\ndata: {payload}\n\n"))
}

/// The first frame of a stream. `retry` is how many milliseconds a client waits before it comes back.
pub(super) fn encode_ready(cursor: i64, resumed: bool, retry: u32) -> Bytes {
    let data = format!("{{\"cursor\":{cursor},\"resumed\":{resumed}}}");
    Bytes::from(format!("retry: {retry}\nevent: ready\nid: {cursor}\ndata: {data}\n\n"))
}

/// The first frame of a stream that can't go on where the client stopped.
pub(super) fn encode_reset(cursor: i64, retry: u32) -> Bytes {
    Bytes::from(format!("retry: {retry}\nevent: reset\nid: {cursor}\ndata: {{\"cursor\":{cursor}}}\n\n"))
}

/// A sign of life, with the newest number there is.
pub(super) fn encode_heartbeat(cursor: i64, at: Timestamp) -> Bytes {
    Bytes::from(format!("event: heartbeat\ndata: {{\"cursor\":{cursor},\"at\":\"{at}\"}}\n\n"))
}

/// Somebody is writing. Without an `id:`, so that nobody resumes from it.
pub(super) fn encode_typing(Typing { conversation_id, user_id, until }: &Typing) -> Bytes {
    let data = format!("{{\"conversationId\":\"{conversation_id}\",\"userId\":\"{user_id}\",\"until\":\"{until}\"}}");
    Bytes::from(format!("event: {TYPING}\ndata: {data}\n\n"))
}

/// Somebody came, or left.
pub(super) fn encode_presence(user_id: PersonId, online: bool) -> Bytes {
    Bytes::from(format!("event: {PRESENCE}\ndata: {{\"userId\":\"{user_id}\",\"online\":{online}}}\n\n"))
}

/// The last frame of a stream whose session is over.
pub(super) fn encode_session_ended(reason: SessionEndReason) -> Bytes {
    Bytes::from(format!("event: session-ended\ndata: {{\"reason\":\"{}\"}}\n\n", reason.as_str()))
}
