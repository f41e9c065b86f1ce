//! Sends a person's messages to a conversation one after the other, each until it is accepted, like the browser's
//! outbox.

use crate::scenario::{Conversation, Person};
use bench::{
    send_attempt::{SendOutcome, try_send},
    site::Result,
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

/// The first pause before a retry, unless the stream opens earlier. Each further pause is twice as long.
const MIN_BACKOFF: Duration = Duration::from_secs(1);
const MAX_BACKOFF: Duration = Duration::from_secs(30);

/// When messages are queued.
#[derive(Clone, Copy)]
pub(crate) struct Schedule {
    /// Prefix of the messages' texts.
    pub(crate) name: &'static str,
    pub(crate) first: Instant,
    pub(crate) every: Duration,
    pub(crate) count: usize,
}

/// An accepted message.
pub(crate) struct SentMessage {
    pub(crate) client_id: Uuid,
    pub(crate) sender: String,
    /// When it was put into the outbox.
    pub(crate) queued_at: Instant,
}

/// One side of a conversation.
pub(crate) struct Outbox {
    conversation: String,
    person: Arc<Person>,
}

impl Outbox {
    /// Creates the outboxes of both sides.
    pub(crate) fn both_sides(conversation: &Conversation) -> [Self; 2] {
        let outbox = |person: Arc<Person>| Self { conversation: conversation.id.clone(), person };
        conversation.people.clone().map(outbox)
    }

    /// Queues messages at a steady rate, whether or not earlier ones were accepted, and sends them in that order.
    pub(crate) async fn send_on_schedule(self, schedule: Schedule) -> Result<Vec<SentMessage>> {
        let (mut sent, mut queued_at) = (Vec::new(), schedule.first);
        for number in 1..=schedule.count {
            sleep_until(queued_at).await;
            let body = format!("{} {number} by {}", schedule.name, self.person.id);
            sent.push(self.send_message(body, queued_at).await?);
            queued_at += schedule.every;
        }
        Ok(sent)
    }

    async fn send_message(&self, body: String, queued_at: Instant) -> Result<SentMessage> {
        let client_id = Uuid::new_v4();
        let message = json!({ "conversationId": self.conversation, "body": body, "clientId": client_id });
        for attempts in 1.. {
            match try_send(self.person.post("/api/messages", &message)).await {
                SendOutcome::Accepted { .. } => {
                    return Ok(SentMessage { client_id, sender: self.person.id.clone(), queued_at });
                }
                SendOutcome::Rejected(status) => return Err(format!("a message was rejected: {status}").into()),
                SendOutcome::Retry => self.wait_before_retry(attempts).await,
            }
        }
        Err("never sent".into())
    }

    async fn wait_before_retry(&self, attempts: u32) {
        let longest = MIN_BACKOFF.saturating_mul(1 << (attempts - 1).min(10)).min(MAX_BACKOFF);
        // Random jitter, as in browsers.
        tokio::select! {
            () = sleep(longest.mul_f64(0.5 + fastrand::f64() / 2.0)) => {}
            () = self.person.stream.wait_opened() => {}
        }
    }
}
