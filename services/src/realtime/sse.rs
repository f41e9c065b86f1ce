use bytes::Bytes;
use model::{
    PersonId, SessionEndReason, Timestamp, Typing,
    ephemeral::{PRESENCE, TYPING},
};

/// Encodes an event of the log. Done once for all streams of the person.
pub(crate) fn encode_event(kind: &str, seq: i64, payload: &str) -> Bytes {
    Bytes::from(format!("event: {kind}\nid: {seq}\ndata: {payload}\n\n"))
}

/// Encodes the first frame of a stream. `retry` is the client's reconnection delay in milliseconds.
pub(super) fn encode_ready(cursor: i64, resumed: bool, retry: u32) -> Bytes {
    let data = format!("{{\"cursor\":{cursor},\"resumed\":{resumed}}}");
    Bytes::from(format!("retry: {retry}\nevent: ready\nid: {cursor}\ndata: {data}\n\n"))
}

/// Encodes the first frame of a stream that can't resume from the client's cursor.
pub(super) fn encode_reset(cursor: i64, retry: u32) -> Bytes {
    Bytes::from(format!("retry: {retry}\nevent: reset\nid: {cursor}\ndata: {{\"cursor\":{cursor}}}\n\n"))
}

/// Encodes a heartbeat with the last sequence number sent.
pub(super) fn encode_heartbeat(cursor: i64, at: Timestamp) -> Bytes {
    Bytes::from(format!("event: heartbeat\ndata: {{\"cursor\":{cursor},\"at\":\"{at}\"}}\n\n"))
}

/// Encodes a typing event. It has no `id:`, so that no client resumes from it.
pub(super) fn encode_typing(Typing { conversation_id, user_id, until }: &Typing) -> Bytes {
    let data = format!("{{\"conversationId\":\"{conversation_id}\",\"userId\":\"{user_id}\",\"until\":\"{until}\"}}");
    Bytes::from(format!("event: {TYPING}\ndata: {data}\n\n"))
}

/// Encodes a presence event. It has no `id:`, so that no client resumes from it.
pub(super) fn encode_presence(user_id: PersonId, online: bool) -> Bytes {
    Bytes::from(format!("event: {PRESENCE}\ndata: {{\"userId\":\"{user_id}\",\"online\":{online}}}\n\n"))
}

/// Encodes the last frame of a stream whose session has ended.
pub(super) fn encode_session_ended(reason: SessionEndReason) -> Bytes {
    Bytes::from(format!("event: session-ended\ndata: {{\"reason\":\"{}\"}}\n\n", reason.as_str()))
}
