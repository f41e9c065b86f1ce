//! The stream as a browser follows it: opened again and again, from the last number that arrived.

use crate::{
    frames::{Frame, Frames},
    stage::Person,
};
use bench::{dice::Dice, site::Result};
use reqwest::StatusCode;
use serde_json::Value;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

/// Nothing for so long, though a heartbeat is due every 15 s: the line is dead, whatever it says.
const SILENCE: Duration = Duration::from_secs(40);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// A message as it arrived.
#[derive(Clone)]
pub(crate) struct Heard {
    pub(crate) conversation: String,
    pub(crate) body: String,
    pub(crate) at: Instant,
}

/// What arrived on a stream, however often that broke.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) messages: Vec<Heard>,
    /// Events that came again.
    pub(crate) again: usize,
    /// Numbers that were passed over. Nothing here is so old that a stream may begin anew with `reset`: that is one.
    pub(crate) gaps: usize,
}

/// Somebody's stream.
pub(crate) struct Ear {
    last: watch::Sender<i64>,
    opened: watch::Sender<u32>,
    told: Mutex<Told>,
}

/// What a browser does after a stream has ended.
enum Next {
    /// `EventSource` comes back by itself.
    Return,
    /// It has given up, and the page opens another.
    OpenAnother,
    /// Something is missing: the page opens another at once.
    CatchUp,
}

impl Ear {
    pub(crate) fn listening_after(cursor: i64) -> Self {
        Self { last: watch::Sender::new(cursor), opened: watch::Sender::default(), told: Mutex::default() }
    }

    pub(crate) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Done the next time that the stream opens.
    pub(crate) async fn opens(&self) {
        // It can't be gone while it is borrowed.
        let _ = self.opened.subscribe().changed().await;
    }

    /// Done when everything up to a number has arrived.
    pub(crate) async fn has_heard(&self, seq: i64) {
        // As above.
        let _ = self.last.subscribe().wait_for(|last| *last >= seq).await;
    }

    fn last(&self) -> i64 {
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
                self.told().gaps += 1;
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
            self.told().again += 1;
        } else if seq > last + 1 {
            self.told().gaps += 1;
            return Ok(Some(Next::CatchUp));
        } else {
            if frame.event == "message.created" {
                let message = &serde_json::from_str::<Value>(&frame.data)?["message"];
                let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
                let heard = Heard { conversation: text("conversationId"), body: text("body"), at: Instant::now() };
                self.told().messages.push(heard);
            }
            self.last.send_replace(seq);
        }
        Ok(None)
    }
}

/// Follows somebody's stream until the task is aborted.
///
/// # Errors
/// When the session is over, or a frame makes no sense.
pub(crate) async fn follow(person: &Person, mut dice: Dice) -> Result<()> {
    let (mut retry, mut pauses) = (Duration::from_secs(3), 0_u32);
    loop {
        let opened = *person.ear.opened.borrow();
        let next = listen(person, &mut retry).await?;
        if *person.ear.opened.borrow() > opened {
            pauses = 0;
        }
        match next {
            Next::Return => sleep(retry).await,
            Next::OpenAnother => {
                let longest = FIRST_PAUSE.saturating_mul(1 << pauses.min(10)).min(LONGEST_PAUSE);
                pauses += 1;
                sleep(longest.mul_f64(0.5 + dice.fraction() / 2.0)).await;
            }
            Next::CatchUp => {}
        }
    }
}

/// Listens to one stream, to its end.
async fn listen(person: &Person, retry: &mut Duration) -> Result<Next> {
    let last = person.ear.last();
    let request = person.gets(&format!("/api/events?after={last}")).header("last-event-id", last);
    let mut answer = match timeout(SILENCE, request.header("accept", "text/event-stream").send()).await {
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
            if let Some(next) = person.ear.take(frame)? {
                return Ok(next);
            }
        }
    }
}
