//! A strict reader of event streams: any deviation from the format fails the test.

use super::{SOON, SseEvent, within};
use http::HeaderMap;
use reqwest::Response;
use std::time::Duration;
use test_support::sse::SseDecoder;

/// Events that aren't in the event log, and may arrive at any time.
const EPHEMERAL: [&str; 3] = ["heartbeat", "typing", "presence"];

pub(crate) struct Stream {
    pub(crate) headers: HeaderMap,
    /// `ready` or `reset`.
    pub(crate) first: SseEvent,
    response: Response,
    decoder: SseDecoder,
}

impl Stream {
    pub(crate) async fn of(mut response: Response) -> Self {
        let mut decoder = SseDecoder::default();
        let first = next_frame(&mut response, &mut decoder, SOON).await.expect("a first frame");
        Self { headers: response.headers().clone(), first, response, decoder }
    }

    /// Returns the number at which the stream started.
    pub(crate) fn cursor(&self) -> i64 {
        self.first.id.expect("a number")
    }

    /// Returns the next frame that isn't ephemeral; `None` at the stream's end.
    pub(crate) async fn next(&mut self) -> Option<SseEvent> {
        loop {
            let frame = self.next_frame(SOON).await?;
            if !EPHEMERAL.contains(&frame.event.as_str()) {
                return Some(frame);
            }
        }
    }

    /// Returns the next `count` frames that aren't ephemeral.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<SseEvent> {
        let mut frames = Vec::new();
        while frames.len() < count {
            frames.push(self.next().await.expect("the stream goes on"));
        }
        frames
    }

    /// Returns all frames up to the first that matches, without ephemeral ones.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&SseEvent) -> bool) -> Vec<SseEvent> {
        let mut frames = Vec::new();
        loop {
            frames.push(self.next().await.expect("the stream goes on"));
            if frames.last().is_some_and(&wanted) {
                return frames;
            }
        }
    }

    /// Returns the next frame of any kind; `None` at the stream's end. Panics after `limit`.
    pub(crate) async fn next_frame(&mut self, limit: Duration) -> Option<SseEvent> {
        next_frame(&mut self.response, &mut self.decoder, limit).await
    }
}

async fn next_frame(response: &mut Response, decoder: &mut SseDecoder, limit: Duration) -> Option<SseEvent> {
    let reading = async {
        loop {
            if let Some(frame) = decoder.next_event().expect("the format of a stream") {
                check_numbering(&frame);
                return Some(frame);
            }
            match response.chunk().await {
                Ok(Some(bytes)) => decoder.push(&bytes),
                // A killed server ends its streams without a last chunk.
                Ok(None) | Err(_) => return None,
            }
        }
    };
    within(limit, "a frame", reading).await
}

/// Parses and checks all frames of a stream that may end in the middle of one.
pub(crate) fn parse_all(stream: &[u8]) -> Vec<SseEvent> {
    let (mut decoder, mut frames) = (SseDecoder::default(), Vec::new());
    decoder.push(stream);
    while let Some(frame) = decoder.next_event().expect("the format of a stream") {
        check_numbering(&frame);
        frames.push(frame);
    }
    frames
}

/// Returns the text of the event's message.
pub(crate) fn message_body(frame: &SseEvent) -> &str {
    frame.data["message"]["body"].as_str().unwrap_or_else(|| panic!("{frame:?} has no message"))
}

/// Checks the id of an event, and the fields that all events of the log have.
fn check_numbering(frame: &SseEvent) {
    if EPHEMERAL.contains(&frame.event.as_str()) {
        assert_eq!(frame.id, None, "a client can't resume from an ephemeral event");
    } else if !["ready", "reset", "session-ended"].contains(&frame.event.as_str()) {
        assert!(
            frame.id.is_some() && frame.data["seq"].as_i64() == frame.id,
            "the id is the event's number: {frame:?}"
        );
        super::json_shapes::timestamp(&frame.data["at"]);
    }
}

/// Checks that the ids continue from `cursor` without gaps or duplicates.
pub(crate) fn gapless(cursor: i64, frames: &[SseEvent]) {
    let ids: Vec<i64> = frames.iter().map(|frame| frame.id.expect("an id")).collect();
    let last = cursor + i64::try_from(ids.len()).expect("few frames");
    assert_eq!(ids, (cursor + 1..=last).collect::<Vec<_>>());
}
