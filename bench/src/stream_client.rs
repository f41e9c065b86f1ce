//! The stream as a browser follows it: opened again and again, from the last number that arrived.

use crate::{
    rng::SeededRng,
    site::Result,
    sse::{SseDecoder, SseEvent},
};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};
use uuid::Uuid;

/// Nothing for so long, though a heartbeat is due every 15 s: the line is dead, whatever it says.
const READ_TIMEOUT: Duration = Duration::from_secs(40);
const MIN_BACKOFF: Duration = Duration::from_millis(500);
const MAX_BACKOFF: Duration = Duration::from_secs(20);

/// A message as it was told of. Small, because there are many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageEvent {
    /// The number of the event that told of it.
    pub event: i64,
    /// Where it was said.
    pub conversation: Uuid,
    /// Its place there.
    pub seq: i64,
    /// What its sender knows it by.
    pub client_id: Uuid,
    /// What it says, by its [`fingerprint`].
    pub body: u64,
}

impl MessageEvent {
    /// Reads the data of an event.
    ///
    /// # Errors
    /// When something is missing.
    pub fn parse(event: i64, data: &str) -> Result<Self> {
        let message = &serde_json::from_str::<Value>(data)?["message"];
        let text = |name: &str| message[name].as_str().ok_or("a message lacks something");
        Ok(Self {
            event,
            conversation: text("conversationId")?.parse()?,
            seq: message["seq"].as_i64().ok_or("a message has no number")?,
            client_id: text("clientId")?.parse()?,
            body: hash_body(text("body")?),
        })
    }
}

/// Stands for a text. Others have another, but for one in 10^19.
pub fn hash_body(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// What arrived on a stream, however often that broke.
#[derive(Debug, Default)]
pub struct ReceivedEvents {
    /// Each with when it came.
    pub messages: Vec<(MessageEvent, Instant)>,
    /// Events that came again.
    pub duplicates: usize,
    /// Numbers that were passed over, and streams that began anew with `reset`.
    pub gaps: usize,
}

/// Somebody's stream.
#[derive(Debug)]
pub struct StreamClient {
    last: watch::Sender<i64>,
    opened: watch::Sender<u32>,
    received: Mutex<ReceivedEvents>,
}

/// What a browser does after a stream has ended.
enum Reconnect {
    /// `EventSource` comes back by itself.
    AfterRetryDelay,
    /// It has given up, and the page opens another.
    WithBackoff,
    /// Something is missing, or whoever listens has moved on: the page opens another at once.
    Immediately,
}

impl StreamClient {
    /// One that knows everything up to a number.
    pub fn resume_after(cursor: i64) -> Self {
        Self { last: watch::Sender::new(cursor), opened: watch::Sender::default(), received: Mutex::default() }
    }

    /// What has arrived so far.
    pub fn received(&self) -> MutexGuard<'_, ReceivedEvents> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Done the next time that the stream opens.
    pub async fn wait_opened(&self) {
        // It can't be gone while it is borrowed.
        let _ = self.opened.subscribe().changed().await;
    }

    /// Done when everything up to a number has arrived.
    pub async fn wait_received(&self, seq: i64) {
        // As above.
        let _ = self.last.subscribe().wait_for(|last| *last >= seq).await;
    }

    /// The last number that has arrived.
    pub fn last_seq(&self) -> i64 {
        *self.last.borrow()
    }

    /// Takes a frame; gives what to do where the stream can't go on.
    fn handle_event(&self, event: SseEvent) -> Result<Option<Reconnect>> {
        let cursor = || -> Result<i64> {
            let data: Value = serde_json::from_str(&event.data)?;
            Ok(data["cursor"].as_i64().ok_or("no cursor")?)
        };
        match event.event.as_str() {
            "ready" => self.opened.send_modify(|times| *times += 1),
            "reset" => {
                // Nothing here is so old that a stream may begin anew.
                self.received().gaps += 1;
                self.last.send_replace(cursor()?);
                self.opened.send_modify(|times| *times += 1);
            }
            "heartbeat" => return Ok((cursor()? > self.last_seq()).then_some(Reconnect::Immediately)),
            "session-ended" => return Err("a session has ended".into()),
            // They pass by, and stand in no sequence.
            "typing" | "presence" => {}
            _ => return self.record_event(&event),
        }
        Ok(None)
    }

    fn record_event(&self, event: &SseEvent) -> Result<Option<Reconnect>> {
        let (seq, last) = (event.id.ok_or("an event without a number")?, self.last_seq());
        if seq <= last {
            self.received().duplicates += 1;
        } else if seq > last + 1 {
            self.received().gaps += 1;
            return Ok(Some(Reconnect::Immediately));
        } else {
            if event.event == "message.created" {
                let message = MessageEvent::parse(seq, &event.data)?;
                self.received().messages.push((message, Instant::now()));
            }
            self.last.send_replace(seq);
        }
        Ok(None)
    }

    /// Follows a stream until the task is aborted. `ask` is a request for a path, to whichever node; `stay` is how
    /// long whoever listens stays with one stream before they open another.
    ///
    /// # Errors
    /// When the session is over, or a frame makes no sense.
    pub async fn run_until_aborted(
        &self,
        mut rng: SeededRng,
        mut build_request: impl FnMut(&str) -> RequestBuilder,
        mut next_stay: impl FnMut() -> Duration,
    ) -> Result<()> {
        let (mut retry, mut failures) = (Duration::from_secs(3), 0_u32);
        loop {
            let opened = *self.opened.borrow();
            let last = self.last_seq();
            let request = build_request(&format!("/api/events?after={last}")).header("last-event-id", last);
            let reading = self.read_stream(request.header("accept", "text/event-stream"), &mut retry);
            let next = timeout(next_stay(), reading).await.unwrap_or(Ok(Reconnect::Immediately))?;
            if *self.opened.borrow() > opened {
                failures = 0;
            }
            match next {
                Reconnect::AfterRetryDelay => sleep(retry).await,
                Reconnect::WithBackoff => {
                    let longest = MIN_BACKOFF.saturating_mul(1 << failures.min(10)).min(MAX_BACKOFF);
                    failures += 1;
                    sleep(longest.mul_f64(0.5 + rng.random_fraction() / 2.0)).await;
                }
                Reconnect::Immediately => {}
            }
        }
    }

    /// Listens to one stream, to its end.
    async fn read_stream(&self, request: RequestBuilder, retry: &mut Duration) -> Result<Reconnect> {
        let mut answer = match timeout(READ_TIMEOUT, request.send()).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => return Ok(Reconnect::AfterRetryDelay),
            Err(_) => return Ok(Reconnect::WithBackoff),
        };
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => return Err("a session isn't one any more".into()),
            _ => return Ok(Reconnect::WithBackoff),
        }
        let mut decoder = SseDecoder::default();
        loop {
            let Ok(chunk) = timeout(READ_TIMEOUT, answer.chunk()).await else { return Ok(Reconnect::WithBackoff) };
            let Ok(Some(chunk)) = chunk else { return Ok(Reconnect::AfterRetryDelay) };
            for event in decoder.decode_chunk(&chunk) {
                *retry = event.retry.unwrap_or(*retry);
                if let Some(next) = self.handle_event(event)? {
                    return Ok(next);
                }
            }
        }
    }
}
