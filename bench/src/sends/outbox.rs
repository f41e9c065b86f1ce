//! What somebody sends to a conversation: one message after the other, each until it has arrived, as the browser's
//! outbox does.

use crate::stage::{Conversation, Person};
use bench::site::Result;
use reqwest::StatusCode;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

/// The first pause before a message that didn't get through is tried again, unless the stream opens before. Each one
/// after it is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// When messages are written.
#[derive(Clone, Copy)]
pub(crate) struct Beat {
    /// What the messages are known by, before their numbers.
    pub(crate) name: &'static str,
    pub(crate) first: Instant,
    pub(crate) every: Duration,
    pub(crate) count: usize,
}

/// A message that has arrived.
pub(crate) struct Sent {
    pub(crate) conversation: String,
    pub(crate) sender: String,
    pub(crate) body: String,
    /// When the outbox took it.
    pub(crate) taken: Instant,
    /// How often it was tried.
    pub(crate) tries: u32,
    /// It had arrived at an earlier try, whose answer got lost.
    pub(crate) arrived_before: bool,
}

/// One side of a conversation.
pub(crate) struct Outbox {
    conversation: String,
    person: Arc<Person>,
}

impl Outbox {
    /// Those of both sides.
    pub(crate) fn of(conversation: &Conversation) -> [Self; 2] {
        let outbox = |person: Arc<Person>| Self { conversation: conversation.id.clone(), person };
        conversation.people.clone().map(outbox)
    }

    /// Takes messages at a steady beat, whether or not those before have arrived, and sends them in that order.
    pub(crate) async fn send_all(self, beat: Beat) -> Result<Vec<Sent>> {
        let (mut sent, mut taken) = (Vec::new(), beat.first);
        for number in 1..=beat.count {
            sleep_until(taken).await;
            let body = format!("{} {number} by {}", beat.name, self.person.id);
            sent.push(self.send(body, taken).await?);
            taken += beat.every;
        }
        Ok(sent)
    }

    async fn send(&self, body: String, taken: Instant) -> Result<Sent> {
        let message = json!({ "conversationId": self.conversation, "body": body, "clientId": Uuid::new_v4() });
        for tries in 1.. {
            // An answer is one when it is there to its end.
            let answer = match self.person.posts("/api/messages", &message).send().await {
                Ok(answer) => Some((answer.status(), answer.bytes().await.is_ok())),
                Err(_) => None,
            };
            match answer {
                Some((status @ (StatusCode::OK | StatusCode::CREATED), true)) => {
                    let (conversation, sender) = (self.conversation.clone(), self.person.id.clone());
                    let arrived_before = status == StatusCode::OK;
                    return Ok(Sent { conversation, sender, body, taken, tries, arrived_before });
                }
                Some((status, _)) if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                    return Err(format!("a message was refused: {status}").into());
                }
                _ => self.pause(tries).await,
            }
        }
        Err("never sent".into())
    }

    async fn pause(&self, tries: u32) {
        let longest = FIRST_PAUSE.saturating_mul(1 << (tries - 1).min(10)).min(LONGEST_PAUSE);
        // As browsers spread theirs.
        let share = f64::from(Uuid::new_v4().as_fields().0) / f64::from(u32::MAX);
        tokio::select! {
            () = sleep(longest.mul_f64(0.5 + share / 2.0)) => {}
            () = self.person.ear.opens() => {}
        }
    }
}
