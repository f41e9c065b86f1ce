//! A client that writes to a conversation: sends one message after the other, each to random nodes until one has
//! accepted it.

use crate::{
    ack_log::{AckLog, Acknowledgement},
    cluster::{Cluster, Conversation},
};
use bench::{
    send_attempt::{SendOutcome, try_send},
    site::Result,
    stream_client::hash_body,
};
use reqwest::Client;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use test_support::rng::SeededRng;
use tokio::time::sleep;
use uuid::{Builder, Uuid};

/// After this time the message is sent to another node.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(3);
/// Probability that a writer marks the conversation as read after a message.
const READ_PROBABILITY: f64 = 0.1;
/// Texts that have to be stored and delivered unchanged.
const TEXTS: [&str; 4] = ["Habari", "Où ça? «Là-bas»", "会場は何時に開きますか", "👩🏾‍🎤 \"ok\" \\ \u{202e}x"];

/// One side of a conversation.
pub(crate) struct Writer {
    number: usize,
    conversation: Uuid,
    token: String,
    cluster: Arc<Cluster>,
    client: Client,
    /// Decides the texts.
    content_rng: SeededRng,
    /// Decides nodes and pauses. Separate, because retries draw more numbers and must not change the texts.
    routing_rng: SeededRng,
}

impl Writer {
    /// Creates the writers of both sides of all conversations.
    pub(crate) fn for_all_sides(cluster: &Arc<Cluster>, seed: u64) -> Result<Vec<Self>> {
        let client = Client::builder().no_proxy().timeout(REQUEST_TIMEOUT).build()?;
        let sides = cluster.conversations.iter().flat_map(|Conversation { id, people }| people.map(|who| (*id, who)));
        let writer = |(number, (conversation, person)): (usize, (Uuid, usize))| Self {
            number,
            conversation,
            token: cluster.people[person].token.clone(),
            cluster: cluster.clone(),
            client: client.clone(),
            content_rng: SeededRng::for_index(seed, number),
            routing_rng: SeededRng::for_index(!seed, number),
        };
        Ok(sides.enumerate().map(writer).collect())
    }

    /// Writes `count` messages.
    ///
    /// # Errors
    /// Fails if a message is rejected permanently.
    pub(crate) async fn write_messages(mut self, count: u64, acks: Arc<AckLog>) -> Result<()> {
        for number in 0..count {
            acks.wait_allowed().await;
            let text = TEXTS[self.content_rng.random_index(TEXTS.len())];
            let body = format!("{number} by {}: {text}", self.number);
            let seq = self.send_message(&body, &acks).await?;
            if self.content_rng.random_bool(READ_PROBABILITY) {
                self.mark_read(seq).await;
            }
        }
        Ok(())
    }

    /// Marks the conversation as read up to a message, which adds an event for both people. A failed request is
    /// ignored.
    async fn mark_read(&mut self, seq: i64) {
        let url = self.cluster.random_node(&mut self.routing_rng).proxy.url();
        let request = self.client.put(format!("{url}/api/conversations/{}/read", self.conversation));
        let _ = request.bearer_auth(&self.token).json(&json!({ "seq": seq })).send().await;
    }

    async fn send_message(&mut self, body: &str, acks: &AckLog) -> Result<i64> {
        let client_id = Builder::from_random_bytes(self.content_rng.random_bytes()).into_uuid();
        let message = json!({ "conversationId": self.conversation, "body": body, "clientId": client_id });
        loop {
            // Each message goes to a random node, since nodes keep no state per client.
            let url = self.cluster.random_node(&mut self.routing_rng).proxy.url();
            let request = self.client.post(format!("{url}/api/messages")).bearer_auth(&self.token).json(&message);
            match try_send(request).await {
                SendOutcome::Accepted { seq, is_duplicate } => {
                    let (writer, conversation, body) = (self.number, self.conversation, hash_body(body));
                    acks.record_ack(Acknowledgement { writer, conversation, client_id, seq, body }, is_duplicate);
                    return Ok(seq);
                }
                SendOutcome::Rejected(status) => return Err(format!("a message was rejected: {status}").into()),
                SendOutcome::Retry => {
                    acks.record_failure();
                    sleep(self.routing_rng.random_millis(20..500)).await;
                }
            }
        }
    }
}
