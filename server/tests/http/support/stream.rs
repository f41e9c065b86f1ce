//! An event stream, read strictly: what doesn't look as promised fails the test.

use super::{SOON, within};
use http::HeaderMap;
use reqwest::Response;
use serde_json::Value;
use std::time::Duration;

/// Comes at any time, and is not in the log.
const EPHEMERAL: [&str; 3] = ["heartbeat", "typing", "presence"];

/// One frame.
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

    /// The text of a message that was told.
    pub(crate) fn body(&self) -> &str {
        self.data["message"]["body"].as_str().unwrap_or_else(|| panic!("{self:?} tells of no message"))
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

    /// Where the stream started.
    pub(crate) fn cursor(&self) -> i64 {
        self.first.id()
    }

    /// The next frame that tells of something lasting; `None` at the stream's end.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        loop {
            let frame = self.next_frame(SOON).await?;
            if !EPHEMERAL.contains(&frame.event.as_str()) {
                return Some(frame);
            }
        }
    }

    /// So many of them.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<Frame> {
        let mut frames = Vec::new();
        while frames.len() < count {
            frames.push(self.next().await.expect("the stream goes on"));
        }
        frames
    }

    /// All up to the one that is looked for.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Frame) -> bool) -> Vec<Frame> {
        let mut frames = Vec::new();
        loop {
            frames.push(self.next().await.expect("the stream goes on"));
            if frames.last().is_some_and(&wanted) {
                return frames;
            }
        }
    }

    /// The next frame of any kind.
    pub(crate) async fn next_frame(&mut self, limit: Duration) -> Option<Frame> {
        within(limit, "a frame", async {
            loop {
                if let Some(end) = self.buffer.windows(2).position(|two| two == b"\n\n") {
                    let frame: Vec<u8> = self.buffer.drain(..end + 2).collect();
                    return Some(parse(std::str::from_utf8(&frame[..end]).expect("UTF-8")));
                }
                match self.response.chunk().await {
                    Ok(Some(bytes)) => self.buffer.extend_from_slice(&bytes),
                    // A server that was killed ends its streams without a last word.
                    Ok(None) | Err(_) => return None,
                }
            }
        })
        .await
    }
}

/// Reads one frame.
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
        assert_eq!(frame.id, None, "nobody resumes from what isn't kept");
    } else if !["ready", "reset", "session-ended"].contains(&frame.event.as_str()) {
        assert_eq!(frame.data["seq"], frame.id(), "the id is the number of the event");
        super::json_shapes::instant(&frame.data["at"]);
    }
    frame
}

/// Fails unless the ids go on from `cursor` without a gap or double.
pub(crate) fn gapless(cursor: i64, frames: &[Frame]) {
    let ids: Vec<i64> = frames.iter().map(Frame::id).collect();
    let last = cursor + i64::try_from(ids.len()).expect("few frames");
    assert_eq!(ids, (cursor + 1..=last).collect::<Vec<_>>());
}
