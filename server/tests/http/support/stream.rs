//! A strict reader of event streams: any deviation from the format fails the test.

use super::{SOON, within};
use http::HeaderMap;
use reqwest::Response;
use serde_json::Value;
use std::time::Duration;

/// Events that aren't in the event log, and may arrive at any time.
const EPHEMERAL: [&str; 3] = ["heartbeat", "typing", "presence"];

/// One server-sent event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) event: String,
    pub(crate) id: Option<i64>,
    pub(crate) data: Value,
    pub(crate) retry: Option<u64>,
}

impl Frame {
    pub(crate) fn id(&self) -> i64 {
        self.id.unwrap_or_else(|| panic!("{self:?} has no id"))
    }

    /// Returns the text of the event's message.
    pub(crate) fn body(&self) -> &str {
        self.data["message"]["body"].as_str().unwrap_or_else(|| panic!("{self:?} has no message"))
    }
}

pub(crate) struct Stream {
    pub(crate) headers: HeaderMap,
    /// `ready` or `reset`.
    pub(crate) first: Frame,
    response: Response,
    buffer: Vec<u8>,
}

impl Stream {
    pub(crate) async fn of(response: Response) -> Self {
        let first = Frame { event: String::new(), id: None, data: Value::Null, retry: None };
        let mut stream = Self { headers: response.headers().clone(), first, response, buffer: Vec::new() };
        stream.first = stream.next_frame(SOON).await.expect("a first frame");
        stream
    }

    /// Returns the number at which the stream started.
    pub(crate) fn cursor(&self) -> i64 {
        self.first.id()
    }

    /// Returns the next frame that isn't ephemeral; `None` at the stream's end.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        loop {
            let frame = self.next_frame(SOON).await?;
            if !EPHEMERAL.contains(&frame.event.as_str()) {
                return Some(frame);
            }
        }
    }

    /// Returns the next `count` frames that aren't ephemeral.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<Frame> {
        let mut frames = Vec::new();
        while frames.len() < count {
            frames.push(self.next().await.expect("the stream goes on"));
        }
        frames
    }

    /// Returns all frames up to the first that matches, without ephemeral ones.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Frame) -> bool) -> Vec<Frame> {
        let mut frames = Vec::new();
        loop {
            frames.push(self.next().await.expect("the stream goes on"));
            if frames.last().is_some_and(&wanted) {
                return frames;
            }
        }
    }

    /// Returns the next frame of any kind; `None` at the stream's end. Panics after `limit`.
    pub(crate) async fn next_frame(&mut self, limit: Duration) -> Option<Frame> {
        within(limit, "a frame", async {
            loop {
                if let Some(end) = self.buffer.windows(2).position(|two| two == b"\n\n") {
                    let frame: Vec<u8> = self.buffer.drain(..end + 2).collect();
                    return Some(parse(std::str::from_utf8(&frame[..end]).expect("UTF-8")));
                }
                match self.response.chunk().await {
                    Ok(Some(bytes)) => self.buffer.extend_from_slice(&bytes),
                    // A killed server ends its streams without a last chunk.
                    Ok(None) | Err(_) => return None,
                }
            }
        })
        .await
    }
}

/// Parses and checks one frame.
pub(crate) fn parse(text: &str) -> Frame {
    let mut frame = Frame { event: String::new(), id: None, data: Value::Null, retry: None };
    for line in text.split('\n') {
        let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("a line of a stream: {line:?}"));
        match name {
            "event" => frame.event = value.to_owned(),
            "id" => frame.id = Some(value.parse().expect("a number")),
            "retry" => frame.retry = Some(value.parse().expect("a number")),
            "data" => {
                assert!(frame.data.is_null(), "data is one line: {text}");
                frame.data = serde_json::from_str(value).expect("JSON");
            }
            _ => panic!("an unknown field of a stream: {line:?}"),
        }
    }
    if EPHEMERAL.contains(&frame.event.as_str()) {
        assert_eq!(frame.id, None, "a client can't resume from an ephemeral event");
    } else if !["ready", "reset", "session-ended"].contains(&frame.event.as_str()) {
        assert_eq!(frame.data["seq"], frame.id(), "the id is the number of the event");
        super::json_shapes::timestamp(&frame.data["at"]);
    }
    frame
}

/// Checks that the ids continue from `cursor` without gaps or duplicates.
pub(crate) fn gapless(cursor: i64, frames: &[Frame]) {
    let ids: Vec<i64> = frames.iter().map(Frame::id).collect();
    let last = cursor + i64::try_from(ids.len()).expect("few frames");
    assert_eq!(ids, (cursor + 1..=last).collect::<Vec<_>>());
}
