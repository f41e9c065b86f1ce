//! Decodes server-sent events.

use std::time::Duration;

/// One event: the lines between two blank lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SseEvent {
    /// Its name.
    pub event: String,
    /// Its sequence number, if it has one.
    pub id: Option<i64>,
    /// One line of JSON.
    pub data: String,
    /// The delay before a reconnect.
    pub retry: Option<Duration>,
}

/// Decodes a stream incrementally.
#[derive(Debug, Default)]
pub struct SseDecoder(Vec<u8>);

impl SseDecoder {
    /// Adds received bytes, and returns the events that they complete.
    pub fn decode_chunk(&mut self, chunk: &[u8]) -> Vec<SseEvent> {
        self.0.extend_from_slice(chunk);
        let mut events = Vec::new();
        while let Some(end) = self.0.windows(2).position(|pair| pair == b"\n\n") {
            let rest = self.0.split_off(end + 2);
            events.push(parse_event(&String::from_utf8_lossy(&std::mem::replace(&mut self.0, rest))));
        }
        events
    }
}

fn parse_event(text: &str) -> SseEvent {
    let mut event = SseEvent::default();
    for (name, value) in text.lines().filter_map(|line| line.split_once(": ")) {
        match name {
            "event" => event.event = value.to_owned(),
            "id" => event.id = value.parse().ok(),
            "data" => event.data = value.to_owned(),
            "retry" => event.retry = value.parse().ok().map(Duration::from_millis),
            _ => {}
        }
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_decode_however_the_stream_is_split() {
        let stream =
            "retry: 1500\nevent: ready\nid: 7\ndata: {\"cursor\":7}\n\nevent: heartbeat\ndata: {\"x\": \"ß\"}\n\n";
        let ready = SseEvent {
            event: "ready".into(),
            id: Some(7),
            data: "{\"cursor\":7}".into(),
            retry: Some(Duration::from_millis(1_500)),
        };
        let heartbeat = SseEvent { event: "heartbeat".into(), data: "{\"x\": \"ß\"}".into(), ..SseEvent::default() };
        let mut decoder = SseDecoder::default();
        let decoded: Vec<SseEvent> = stream.as_bytes().iter().flat_map(|byte| decoder.decode_chunk(&[*byte])).collect();
        assert_eq!(decoded, [ready, heartbeat]);
        assert_eq!(SseDecoder::default().decode_chunk(stream.as_bytes()), decoded);
    }
}
