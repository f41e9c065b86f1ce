//! What somebody sends to a conversation: one message after the other, each until it has arrived, as the browser's
//! outbox does.

use crate::stage::{Conversation, Person};
use bench::{
    post::{Answer, attempt},
    site::Result,
};
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
    pub(crate) client_id: Uuid,
    pub(crate) sender: String,
    /// When the outbox took it.
    pub(crate) taken: Instant,
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
        let client_id = Uuid::new_v4();
        let message = json!({ "conversationId": self.conversation, "body": body, "clientId": client_id });
        for tries in 1.. {
            match attempt(self.person.posts("/api/messages", &message)).await {
                Answer::Taken { .. } => return Ok(Sent { client_id, sender: self.person.id.clone(), taken }),
                Answer::Never(status) => return Err(format!("a message was refused: {status}").into()),
                Answer::Later => self.pause(tries).await,
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
            () = self.person.stream.wait_opened() => {}
        }
    }
}
