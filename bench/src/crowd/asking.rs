//! Questions one after the other, on kept connections.

use bench::{site::Result, times::Times, wire::Wire};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinSet, time::Instant};

/// What has been answered on one connection.
#[derive(Default)]
struct Answered {
    times: Times,
    bytes: usize,
    refused: usize,
}

/// What is asked, and how far the connections are with it.
struct Round {
    questions: Vec<String>,
    next: AtomicUsize,
    began: Instant,
    lasts: Option<Duration>,
}

pub(crate) async fn ask(
    ports: &[u16],
    questions: Vec<String>,
    at_once: usize,
    lasts: Option<Duration>,
) -> Result<Value> {
    let mut wires = Vec::new();
    for number in 0..at_once {
        wires.push(Wire::to(ports[number % ports.len()]).await?);
    }
    let round = Arc::new(Round { questions, next: AtomicUsize::new(0), began: Instant::now(), lasts });
    let mut connections: JoinSet<Result<Answered>> = wires.into_iter().map(|wire| round.clone().follow(wire)).collect();
    let mut all = Answered::default();
    while let Some(answered) = connections.join_next().await {
        let Answered { times, bytes, refused } = answered??;
        all.times.extend(times);
        all.bytes += bytes;
        all.refused += refused;
    }
    Ok(json!({
        "answered": all.times.count(), "refused": all.refused, "bytes": all.bytes,
        "seconds": round.began.elapsed().as_secs_f64(),
        "p50": all.times.percentile(50), "p99": all.times.percentile(99),
    }))
}

impl Round {
    async fn follow(self: Arc<Self>, mut wire: Wire) -> Result<Answered> {
        let mut answered = Answered::default();
        while let Some(question) = self.question() {
            let asked = Instant::now();
            let status = wire.ask(question.as_bytes()).await?;
            answered.times.add(asked.elapsed());
            answered.bytes += wire.heard().len();
            answered.refused += usize::from(!(200..300).contains(&status));
        }
        Ok(answered)
    }

    /// The next one, unless this is over.
    fn question(&self) -> Option<&String> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        match self.lasts {
            None => self.questions.get(number),
            Some(lasts) if self.began.elapsed() >= lasts => None,
            Some(_) => self.questions.get(number % self.questions.len()),
        }
    }
}
