//! A while in which everybody talks.

use crate::{
    outbox::{Beat, Outbox, Sent},
    stage::Stage,
};
use bench::{site::Result, times::Times};
use std::{collections::HashMap, time::Duration};
use tokio::{
    task::{JoinHandle, JoinSet},
    time::{Instant, timeout},
};

/// How long what was sent may take to arrive on all streams.
const ARRIVAL: Duration = Duration::from_secs(60);

/// Messages at a steady rate, by both sides of every conversation.
#[derive(Clone, Copy)]
pub(crate) struct Talk {
    pub(crate) name: &'static str,
    /// How long each side takes from one message to the next.
    pub(crate) every: Duration,
    /// Of each side.
    pub(crate) count: usize,
}

impl Talk {
    /// Lets everybody begin.
    pub(crate) fn begin(self, stage: &Stage) -> JoinHandle<Result<Vec<Sent>>> {
        let outboxes: Vec<Outbox> = stage.conversations.iter().flat_map(Outbox::of).collect();
        // One after the other, so that each has the site for itself.
        let apart = self.every.div_f64(outboxes.len().max(1) as f64);
        let (mut first, mut writers) = (Instant::now(), JoinSet::new());
        for outbox in outboxes {
            writers.spawn(outbox.send_all(Beat { name: self.name, first, every: self.every, count: self.count }));
            first += apart;
        }
        tokio::spawn(async move {
            let mut sent = Vec::new();
            while let Some(by_one) = writers.join_next().await {
                sent.extend(by_one??);
            }
            Ok(sent)
        })
    }
}

/// Waits until all streams have brought what was sent so far.
///
/// # Errors
/// When one doesn't in time, and how much it lacks.
pub(crate) async fn all_arrived(stage: &Stage) -> Result<()> {
    for person in &stage.people {
        let head = person.asks(&stage.site, "/api/messages").await?["cursor"].as_i64().ok_or("no cursor")?;
        if timeout(ARRIVAL, person.stream.wait_received(head)).await.is_err() {
            return Err("a stream doesn't bring all that happened".into());
        }
    }
    Ok(())
}

/// From Send to the other's stream.
pub(crate) fn times(stage: &Stage, sent: &[Sent]) -> Times {
    let taken: HashMap<_, _> = sent.iter().map(|sent| (sent.client_id, sent)).collect();
    let mut times = Times::default();
    for person in &stage.people {
        for (told, at) in &person.stream.received().messages {
            if let Some(sent) = taken.get(&told.client_id).filter(|sent| sent.sender != person.id) {
                times.add(*at - sent.taken);
            }
        }
    }
    times
}
