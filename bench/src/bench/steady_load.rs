//! Requests at a steady rate, independent of earlier responses (open-loop load).

use bench::{http_client::HttpConnection, latencies::Latencies, site::Result};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// Builds the request with a number; called when that request is sent.
pub(crate) type RequestFactory = Arc<dyn Fn(usize) -> String + Send + Sync>;

/// A running load. Stops when dropped.
pub(crate) struct SteadyLoad {
    stopped: Arc<AtomicBool>,
    tasks: JoinSet<Result<Latencies>>,
}

/// The requests that one connection sends.
struct ConnectionShare {
    first: usize,
    step: usize,
    began: Instant,
    every: Duration,
    stopped: Arc<AtomicBool>,
}

impl SteadyLoad {
    /// Starts sending `per_second` requests per second, over the connections in turn.
    pub(crate) async fn start_load(
        port: u16,
        connections: usize,
        per_second: f64,
        requests: RequestFactory,
    ) -> Result<Self> {
        let stopped = Arc::new(AtomicBool::new(false));
        let mut open = Vec::new();
        for _ in 0..connections {
            open.push(HttpConnection::connect_to(port).await?);
        }
        let (began, every) = (Instant::now(), Duration::from_secs_f64(1.0 / per_second));
        let mut tasks = JoinSet::new();
        for (first, connection) in open.into_iter().enumerate() {
            let share = ConnectionShare { first, step: connections, began, every, stopped: stopped.clone() };
            tasks.spawn(share.send_requests(connection, requests.clone()));
        }
        Ok(Self { stopped, tasks })
    }

    /// Stops, waits for the outstanding responses, and returns all latencies.
    pub(crate) async fn stop_and_collect(mut self) -> Result<Latencies> {
        self.stopped.store(true, Ordering::Relaxed);
        let mut all = Latencies::default();
        while let Some(times) = self.tasks.join_next().await {
            all.extend(times??);
        }
        Ok(all)
    }
}

impl ConnectionShare {
    async fn send_requests(self, mut connection: HttpConnection, requests: RequestFactory) -> Result<Latencies> {
        let mut times = Latencies::default();
        for number in (self.first..).step_by(self.step) {
            let due = self.began + self.every.mul_f64(number as f64);
            // If the previous response came after this request was due, its latency counts from when it was due (no
            // coordinated omission). A timer that fires late doesn't count.
            let late = due <= Instant::now();
            sleep_until(due).await;
            if self.stopped.load(Ordering::Relaxed) {
                break;
            }
            let started = if late { due } else { Instant::now() };
            let status = connection.send_request(requests(number).as_bytes()).await?;
            if !(200..300).contains(&status) {
                return Err(format!("a request failed with status {status}").into());
            }
            times.record(started.elapsed());
        }
        Ok(times)
    }
}
