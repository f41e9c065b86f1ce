//! A period in which both sides of all conversations send.

use crate::{
    outbox::{Outbox, Schedule, SentMessage},
    scenario::Scenario,
};
use bench::{latencies::Latencies, site::Result};
use std::{collections::HashMap, time::Duration};
use tokio::{
    task::{JoinHandle, JoinSet},
    time::{Instant, timeout},
};

/// How long messages may take to arrive on all streams.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(60);

/// Messages at a steady rate, by both sides of every conversation.
#[derive(Clone, Copy)]
pub(crate) struct Traffic {
    pub(crate) name: &'static str,
    /// The interval between two messages of one side.
    pub(crate) every: Duration,
    /// Messages per side.
    pub(crate) count: usize,
}

impl Traffic {
    /// Starts all senders.
    pub(crate) fn spawn_senders(self, scenario: &Scenario) -> JoinHandle<Result<Vec<SentMessage>>> {
        let outboxes: Vec<Outbox> = scenario.conversations.iter().flat_map(Outbox::both_sides).collect();
        // Spreads their starts over one interval, so that messages don't compete for the server.
        let stagger = self.every.div_f64(outboxes.len().max(1) as f64);
        let (mut first, mut writers) = (Instant::now(), JoinSet::new());
        for outbox in outboxes {
            writers.spawn(outbox.send_on_schedule(Schedule {
                name: self.name,
                first,
                every: self.every,
                count: self.count,
            }));
            first += stagger;
        }
        tokio::spawn(async move {
            let mut sent = Vec::new();
            while let Some(from_one) = writers.join_next().await {
                sent.extend(from_one??);
            }
            Ok(sent)
        })
    }
}

/// Waits until all streams have received everything sent so far.
///
/// # Errors
/// Fails if a stream doesn't within [`DELIVERY_TIMEOUT`].
pub(crate) async fn wait_all_received(scenario: &Scenario) -> Result<()> {
    for person in &scenario.people {
        let last_seq =
            person.get_direct(&scenario.site, "/api/messages").await?["cursor"].as_i64().ok_or("no cursor")?;
        if timeout(DELIVERY_TIMEOUT, person.stream.wait_received(last_seq)).await.is_err() {
            return Err("a stream hasn't received all events in time".into());
        }
    }
    Ok(())
}

/// Returns the latencies from Send to the other person's stream.
pub(crate) fn delivery_latencies(scenario: &Scenario, sent: &[SentMessage]) -> Latencies {
    let by_client_id: HashMap<_, _> = sent.iter().map(|sent| (sent.client_id, sent)).collect();
    let mut times = Latencies::default();
    for person in &scenario.people {
        for (message, at) in &person.stream.received().messages {
            if let Some(sent) = by_client_id.get(&message.client_id).filter(|sent| sent.sender != person.id) {
                times.record(*at - sent.queued_at);
            }
        }
    }
    times
}
