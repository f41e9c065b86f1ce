//! The stream as a browser follows it: opened again and again, from the last number that arrived.

use crate::{
    frames::{Frame, Frames},
    rng::SeededRng,
    site::Result,
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
const SILENCE: Duration = Duration::from_secs(40);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// A message as it was told of. Small, because there are many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
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

impl Told {
    /// Reads the data of an event.
    ///
    /// # Errors
    /// When something is missing.
    pub fn read(event: i64, data: &str) -> Result<Self> {
        let message = &serde_json::from_str::<Value>(data)?["message"];
        let text = |name: &str| message[name].as_str().ok_or("a message lacks something");
        Ok(Self {
            event,
            conversation: text("conversationId")?.parse()?,
            seq: message["seq"].as_i64().ok_or("a message has no number")?,
            client_id: text("clientId")?.parse()?,
            body: fingerprint(text("body")?),
        })
    }
}

/// Stands for a text. Others have another, but for one in 10^19.
pub fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// What arrived on a stream, however often that broke.
#[derive(Debug, Default)]
pub struct Heard {
    /// Each with when it came.
    pub messages: Vec<(Told, Instant)>,
    /// Events that came again.
    pub again: usize,
    /// Numbers that were passed over, and streams that began anew with `reset`.
    pub gaps: usize,
}

/// Somebody's stream.
#[derive(Debug)]
pub struct Ear {
    last: watch::Sender<i64>,
    opened: watch::Sender<u32>,
    heard: Mutex<Heard>,
}

/// What a browser does after a stream has ended.
enum Next {
    /// `EventSource` comes back by itself.
    Return,
    /// It has given up, and the page opens another.
    OpenAnother,
    /// Something is missing, or whoever listens has moved on: the page opens another at once.
    CatchUp,
}

impl Ear {
    /// One that knows everything up to a number.
    pub fn listening_after(cursor: i64) -> Self {
        Self { last: watch::Sender::new(cursor), opened: watch::Sender::default(), heard: Mutex::default() }
    }

    /// What has arrived so far.
    pub fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Done the next time that the stream opens.
    pub async fn opens(&self) {
        // It can't be gone while it is borrowed.
        let _ = self.opened.subscribe().changed().await;
    }

    /// Done when everything up to a number has arrived.
    pub async fn has_heard(&self, seq: i64) {
        // As above.
        let _ = self.last.subscribe().wait_for(|last| *last >= seq).await;
    }

    /// The last number that has arrived.
    pub fn last(&self) -> i64 {
        *self.last.borrow()
    }

    /// Takes a frame; gives what to do where the stream can't go on.
    fn take(&self, frame: Frame) -> Result<Option<Next>> {
        let cursor = || -> Result<i64> {
            let data: Value = serde_json::from_str(&frame.data)?;
            Ok(data["cursor"].as_i64().ok_or("no cursor")?)
        };
        match frame.event.as_str() {
            "ready" => self.opened.send_modify(|times| *times += 1),
            "reset" => {
                // Nothing here is so old that a stream may begin anew.
                self.heard().gaps += 1;
                self.last.send_replace(cursor()?);
                self.opened.send_modify(|times| *times += 1);
            }
            "heartbeat" => return Ok((cursor()? > self.last()).then_some(Next::CatchUp)),
            "session-ended" => return Err("a session has ended".into()),
            // They pass by, and stand in no sequence.
            "typing" | "presence" => {}
            _ => return self.take_event(&frame),
        }
        Ok(None)
    }

    fn take_event(&self, frame: &Frame) -> Result<Option<Next>> {
        let (seq, last) = (frame.id.ok_or("an event without a number")?, self.last());
        if seq <= last {
            self.heard().again += 1;
        } else if seq > last + 1 {
            self.heard().gaps += 1;
            return Ok(Some(Next::CatchUp));
        } else {
            if frame.event == "message.created" {
                let told = Told::read(seq, &frame.data)?;
                self.heard().messages.push((told, Instant::now()));
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
    pub async fn follow(
        &self,
        mut rng: SeededRng,
        mut ask: impl FnMut(&str) -> RequestBuilder,
        mut stay: impl FnMut() -> Duration,
    ) -> Result<()> {
        let (mut retry, mut pauses) = (Duration::from_secs(3), 0_u32);
        loop {
            let opened = *self.opened.borrow();
            let last = self.last();
            let request = ask(&format!("/api/events?after={last}")).header("last-event-id", last);
            let listening = self.listen(request.header("accept", "text/event-stream"), &mut retry);
            let next = timeout(stay(), listening).await.unwrap_or(Ok(Next::CatchUp))?;
            if *self.opened.borrow() > opened {
                pauses = 0;
            }
            match next {
                Next::Return => sleep(retry).await,
                Next::OpenAnother => {
                    let longest = FIRST_PAUSE.saturating_mul(1 << pauses.min(10)).min(LONGEST_PAUSE);
                    pauses += 1;
                    sleep(longest.mul_f64(0.5 + rng.random_fraction() / 2.0)).await;
                }
                Next::CatchUp => {}
            }
        }
    }

    /// Listens to one stream, to its end.
    async fn listen(&self, request: RequestBuilder, retry: &mut Duration) -> Result<Next> {
        let mut answer = match timeout(SILENCE, request.send()).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => return Ok(Next::Return),
            Err(_) => return Ok(Next::OpenAnother),
        };
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => return Err("a session isn't one any more".into()),
            _ => return Ok(Next::OpenAnother),
        }
        let mut frames = Frames::default();
        loop {
            let Ok(chunk) = timeout(SILENCE, answer.chunk()).await else { return Ok(Next::OpenAnother) };
            let Ok(Some(chunk)) = chunk else { return Ok(Next::Return) };
            for frame in frames.add(&chunk) {
                *retry = frame.retry.unwrap_or(*retry);
                if let Some(next) = self.take(frame)? {
                    return Ok(next);
                }
            }
        }
    }
}
