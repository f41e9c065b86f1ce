//! Sends requests one after the other over persistent connections.

use bench::{http_client::HttpConnection, latencies::Latencies, site::Result};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinSet, time::Instant};

/// The responses of one connection.
#[derive(Default)]
struct ConnectionResult {
    times: Latencies,
    bytes: usize,
    refused: usize,
}

/// The requests, and how many of them the connections have taken.
struct Workload {
    requests: Vec<String>,
    next: AtomicUsize,
    began: Instant,
    duration: Option<Duration>,
}

pub(crate) async fn send_requests(
    ports: &[u16],
    requests: Vec<String>,
    concurrency: usize,
    duration: Option<Duration>,
) -> Result<Value> {
    let mut connections = Vec::new();
    for index in 0..concurrency {
        connections.push(HttpConnection::connect_to(ports[index % ports.len()]).await?);
    }
    let workload = Arc::new(Workload { requests, next: AtomicUsize::new(0), began: Instant::now(), duration });
    let mut tasks: JoinSet<Result<ConnectionResult>> =
        connections.into_iter().map(|connection| workload.clone().drive_connection(connection)).collect();
    let mut all = ConnectionResult::default();
    while let Some(result) = tasks.join_next().await {
        let ConnectionResult { times, bytes, refused } = result??;
        all.times.extend(times);
        all.bytes += bytes;
        all.refused += refused;
    }
    Ok(json!({
        "completed": all.times.count(), "refused": all.refused, "bytes": all.bytes,
        "seconds": workload.began.elapsed().as_secs_f64(),
        "p50": all.times.percentile_millis(50), "p99": all.times.percentile_millis(99),
    }))
}

impl Workload {
    async fn drive_connection(self: Arc<Self>, mut connection: HttpConnection) -> Result<ConnectionResult> {
        let mut result = ConnectionResult::default();
        while let Some(request) = self.next_request() {
            let started = Instant::now();
            let status = connection.send_request(request.as_bytes()).await?;
            result.times.record(started.elapsed());
            result.bytes += connection.last_response().len();
            result.refused += usize::from(!(200..300).contains(&status));
        }
        Ok(result)
    }

    /// Returns the next request, or `None` at the end.
    fn next_request(&self) -> Option<&String> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        match self.duration {
            None => self.requests.get(index),
            Some(duration) if self.began.elapsed() >= duration => None,
            Some(_) => self.requests.get(index % self.requests.len()),
        }
    }
}
