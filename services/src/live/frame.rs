use crate::{Error, Result};
use bytes::Bytes;
use model::{
    Came, Ending, Instant, PersonId, Typing,
    passing::{PRESENCE, TYPING},
};

/// An event of the log, as it goes over the wire. Encoded once for all streams of the person.
pub(crate) fn event(kind: &str, seq: i64, payload: &str) -> Bytes {
    Bytes::from(format!("event: {kind}\nid: {seq}\ndata: {payload}\n\n"))
}

/// The first frame of a stream. `retry` is how many milliseconds a client waits before it comes back.
pub(super) fn ready(cursor: i64, resumed: bool, retry: u32) -> Bytes {
    let data = format!("{{\"cursor\":{cursor},\"resumed\":{resumed}}}");
    Bytes::from(format!("retry: {retry}\nevent: ready\nid: {cursor}\ndata: {data}\n\n"))
}

/// The first frame of a stream that can't go on where the client stopped.
pub(super) fn reset(cursor: i64, retry: u32) -> Bytes {
    Bytes::from(format!("retry: {retry}\nevent: reset\nid: {cursor}\ndata: {{\"cursor\":{cursor}}}\n\n"))
}

/// A sign of life, with the newest number there is.
pub(super) fn heartbeat(cursor: i64, at: Instant) -> Bytes {
    Bytes::from(format!("event: heartbeat\ndata: {{\"cursor\":{cursor},\"at\":\"{at}\"}}\n\n"))
}

/// Somebody is writing.
pub(super) fn typing(typing: &Typing) -> Result<String> {
    passing(TYPING, typing)
}

/// Somebody came, or left.
pub(super) fn presence(user_id: PersonId, online: bool) -> Result<String> {
    passing(PRESENCE, &Came { user_id, online })
}

/// Without an `id:`, so that nobody resumes from it.
fn passing(name: &str, data: &impl serde::Serialize) -> Result<String> {
    let data = serde_json::to_string(data).map_err(Error::broken)?;
    Ok(format!("event: {name}\ndata: {data}\n\n"))
}

/// The last frame of a stream whose session is over.
pub(super) fn session_ended(reason: Ending) -> Bytes {
    Bytes::from(format!("event: session-ended\ndata: {{\"reason\":\"{}\"}}\n\n", reason.as_str()))
}
