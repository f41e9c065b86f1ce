//! Parses server-sent events as strictly as the strictest client would: only fields that Greenroom sends, each on one
//! line and at most once.

use serde_json::Value;
use std::{
    error::Error,
    fmt::{self, Display, Formatter},
    str,
    time::Duration,
};

/// One event: the lines between two blank lines.
#[derive(Clone, Debug, PartialEq)]
pub struct SseEvent {
    /// Its name.
    pub event: String,
    /// Its sequence number. Ephemeral events have none.
    pub id: Option<i64>,
    /// How long a client waits before it reconnects, in whole milliseconds on the wire.
    pub retry: Option<Duration>,
    /// One line of JSON.
    pub data: Value,
}

/// A frame that isn't in the format of the stream; it contains the reason and the frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidEvent(String);

impl Display for InvalidEvent {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for InvalidEvent {}

impl SseEvent {
    /// Parses the lines of one event, without the blank line that ends it.
    ///
    /// # Errors
    /// Fails if a field is unknown, repeated or malformed, or if the name or the data is missing.
    pub fn parse(frame: &str) -> Result<Self, InvalidEvent> {
        let invalid = |reason: &str| InvalidEvent(format!("{reason}: {frame:?}"));
        if frame.contains('\r') {
            return Err(invalid("a carriage return, which clients take for the end of a line"));
        }
        let (mut event, mut id, mut retry, mut data) = (None, None, None, None);
        for line in frame.split('\n') {
            let (field, value) = line.split_once(": ").ok_or_else(|| invalid("a line without a field"))?;
            let earlier = match field {
                "event" => event.replace(value),
                "id" => id.replace(value),
                "retry" => retry.replace(value),
                "data" => data.replace(value),
                _ => return Err(invalid("an unknown field")),
            };
            if earlier.is_some() {
                return Err(invalid("a repeated field"));
            }
        }
        let data = data.ok_or_else(|| invalid("no data"))?;
        let retry = retry.map(str::parse).transpose().map_err(|_| invalid("a retry that is no number"))?;
        Ok(Self {
            event: event.ok_or_else(|| invalid("no name"))?.to_owned(),
            id: id.map(str::parse).transpose().map_err(|_| invalid("an id that is no number"))?,
            retry: retry.map(Duration::from_millis),
            data: serde_json::from_str(data).map_err(|_| invalid("data that is no JSON"))?,
        })
    }

    /// Returns the sequence number that its data carries as `cursor`, if any.
    pub fn cursor(&self) -> Option<i64> {
        self.data["cursor"].as_i64()
    }
}

/// Splits a stream into events, however it arrives.
#[derive(Debug, Default)]
pub struct SseDecoder {
    received: Vec<u8>,
    /// How many of those bytes belong to events that were returned.
    decoded: usize,
}

impl SseDecoder {
    /// Adds received bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        self.received.drain(..self.decoded);
        self.decoded = 0;
        self.received.extend_from_slice(chunk);
    }

    /// Returns the next event that has arrived completely.
    ///
    /// # Errors
    /// Fails if it isn't in the format of the stream.
    pub fn next_event(&mut self) -> Result<Option<SseEvent>, InvalidEvent> {
        let rest = &self.received[self.decoded..];
        let Some(end) = rest.windows(2).position(|pair| pair == b"\n\n") else { return Ok(None) };
        self.decoded += end + 2;
        let frame = str::from_utf8(&rest[..end]).map_err(|error| InvalidEvent(format!("no UTF-8: {error}")))?;
        SseEvent::parse(frame).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn decode<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<SseEvent> {
        let (mut decoder, mut events) = (SseDecoder::default(), Vec::new());
        for chunk in chunks {
            decoder.push(chunk);
            while let Some(event) = decoder.next_event().expect("valid") {
                events.push(event);
            }
        }
        events
    }

    #[test]
    fn events_decode_however_the_stream_is_split() {
        let stream = "retry: 1500\nevent: ready\nid: 7\ndata: {\"cursor\":7}\n\nevent: heartbeat\ndata: {\"x\": \"ß\"}\n\nevent: ty";
        let retry = Some(Duration::from_millis(1_500));
        let ready = SseEvent { event: "ready".into(), id: Some(7), retry, data: json!({ "cursor": 7 }) };
        let heartbeat = SseEvent { event: "heartbeat".into(), id: None, retry: None, data: json!({ "x": "ß" }) };
        assert_eq!((ready.cursor(), heartbeat.cursor()), (Some(7), None));
        for size in 1..=stream.len() {
            assert_eq!(decode(stream.as_bytes().chunks(size)), [ready.clone(), heartbeat.clone()], "{size}");
        }
    }

    #[test]
    fn anything_else_is_invalid() {
        for frame in [
            "",
            "event: typing",
            "data: {}",
            ": a comment\nevent: typing\ndata: {}",
            "event: typing\ndata: {}\ndata: {}",
            "event: typing\ndata: {",
            "event: typing\nid: seven\ndata: {}",
            "event: typing\nretry: -1\ndata: {}",
            "event: typing\r\ndata: {}",
            "event:typing\ndata: {}",
            "event: typing\nkind: x\ndata: {}",
        ] {
            assert!(SseEvent::parse(frame).is_err(), "{frame}");
        }
        let mut decoder = SseDecoder::default();
        decoder.push(b"event: \xff\ndata: {}\n\n");
        assert!(decoder.next_event().is_err());
    }
}
