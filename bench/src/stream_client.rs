//! A client of the event stream that reconnects like a browser, resuming after the last received sequence number.

use crate::site::Result;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use test_support::{
    rng::SeededRng,
    sse::{SseDecoder, SseEvent},
};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};
use uuid::Uuid;

/// The heartbeat is due every 15 s: a connection that is silent for so long is dead.
const READ_TIMEOUT: Duration = Duration::from_secs(40);
const MIN_BACKOFF: Duration = Duration::from_millis(500);
const MAX_BACKOFF: Duration = Duration::from_secs(20);

/// A message as an event carries it. Kept small, because a run has many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageEvent {
    /// The sequence number of the event.
    pub event: i64,
    /// The conversation's id.
    pub conversation: Uuid,
    /// The message's sequence number in the conversation.
    pub seq: i64,
    /// The id that its sender chose, for idempotency.
    pub client_id: Uuid,
    /// The hash of its text, by [`hash_body`].
    pub body: u64,
}

impl MessageEvent {
    /// Parses the data of an event.
    ///
    /// # Errors
    /// Fails if a field is missing.
    pub fn parse(event: i64, data: &Value) -> Result<Self> {
        let message = &data["message"];
        let text = |name: &str| message[name].as_str().ok_or("a message lacks a field");
        Ok(Self {
            event,
            conversation: text("conversationId")?.parse()?,
            seq: message["seq"].as_i64().ok_or("a message has no sequence number")?,
            client_id: text("clientId")?.parse()?,
            body: hash_body(text("body")?),
        })
    }
}

/// Returns a 64-bit hash of a text; two texts collide with a probability of about 1 in 10^19.
pub fn hash_body(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Everything received, over all connections.
#[derive(Debug, Default)]
pub struct ReceivedEvents {
    /// The messages, with the times of their arrival.
    pub messages: Vec<(MessageEvent, Instant)>,
    /// Events received more than once.
    pub duplicates: usize,
    /// Skipped sequence numbers, and streams that restarted with `reset`.
    pub gaps: usize,
}

/// A client of one person's event stream.
#[derive(Debug)]
pub struct StreamClient {
    last: watch::Sender<i64>,
    opened: watch::Sender<u32>,
    received: Mutex<ReceivedEvents>,
}

/// How a browser reconnects after a stream has ended.
enum Reconnect {
    /// `EventSource` reconnects by itself.
    AfterRetryDelay,
    /// `EventSource` has given up, and the page opens another one.
    WithBackoff,
    /// Events are missing, or the client moves to another node: the page opens another stream at once.
    Immediately,
}

impl StreamClient {
    /// Creates a client that has received everything up to a sequence number.
    pub fn resume_after(cursor: i64) -> Self {
        Self { last: watch::Sender::new(cursor), opened: watch::Sender::default(), received: Mutex::default() }
    }

    /// Returns everything received so far.
    pub fn received(&self) -> MutexGuard<'_, ReceivedEvents> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the stream opens the next time.
    pub async fn wait_opened(&self) {
        // Can't fail: the sender lives as long as `self`.
        let _ = self.opened.subscribe().changed().await;
    }

    /// Waits until everything up to a sequence number has arrived.
    pub async fn wait_received(&self, seq: i64) {
        // Can't fail either.
        let _ = self.last.subscribe().wait_for(|last| *last >= seq).await;
    }

    /// Returns the last received sequence number.
    pub fn last_seq(&self) -> i64 {
        *self.last.borrow()
    }

    /// Handles an event; returns how to reconnect if the stream can't continue.
    fn handle_event(&self, event: SseEvent) -> Result<Option<Reconnect>> {
        let cursor = || event.cursor().ok_or("no cursor");
        match event.event.as_str() {
            "ready" => self.opened.send_modify(|times| *times += 1),
            "reset" => {
                // No client here lags so far that the server may reset its stream.
                self.received().gaps += 1;
                self.last.send_replace(cursor()?);
                self.opened.send_modify(|times| *times += 1);
            }
            "heartbeat" => return Ok((cursor()? > self.last_seq()).then_some(Reconnect::Immediately)),
            "session-ended" => return Err("a session has ended".into()),
            // Ephemeral events without a sequence number.
            "typing" | "presence" => {}
            _ => return self.record_event(&event),
        }
        Ok(None)
    }

    fn record_event(&self, event: &SseEvent) -> Result<Option<Reconnect>> {
        let (seq, last) = (event.id.ok_or("an event without a sequence number")?, self.last_seq());
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

    /// Reads the stream, and reconnects, until the task is aborted. `build_request` builds a request for a path at any
    /// node; `next_stay` returns how long to keep a stream before opening another.
    ///
    /// # Errors
    /// Fails if the session has ended, or an event is invalid.
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

    /// Reads one stream to its end.
    async fn read_stream(&self, request: RequestBuilder, retry: &mut Duration) -> Result<Reconnect> {
        let mut response = match timeout(READ_TIMEOUT, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => return Ok(Reconnect::AfterRetryDelay),
            Err(_) => return Ok(Reconnect::WithBackoff),
        };
        match response.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => return Err("a session is no longer valid".into()),
            _ => return Ok(Reconnect::WithBackoff),
        }
        let mut decoder = SseDecoder::default();
        loop {
            let Ok(chunk) = timeout(READ_TIMEOUT, response.chunk()).await else { return Ok(Reconnect::WithBackoff) };
            let Ok(Some(chunk)) = chunk else { return Ok(Reconnect::AfterRetryDelay) };
            decoder.push(&chunk);
            while let Some(event) = decoder.next_event()? {
                *retry = event.retry.unwrap_or(*retry);
                if let Some(next) = self.handle_event(event)? {
                    return Ok(next);
                }
            }
        }
    }
}
