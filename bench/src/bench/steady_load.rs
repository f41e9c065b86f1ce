//! Questions at a steady rate, whether or not those before were answered.

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

/// Gives the question with a number, and hears when it is asked.
pub(crate) type RequestFactory = Arc<dyn Fn(usize) -> String + Send + Sync>;

/// A while of questions. Dropped, it stops.
pub(crate) struct SteadyLoad {
    stopped: Arc<AtomicBool>,
    tasks: JoinSet<Result<Latencies>>,
}

/// One connection's share of them.
struct ConnectionShare {
    first: usize,
    step: usize,
    began: Instant,
    every: Duration,
    stopped: Arc<AtomicBool>,
}

impl SteadyLoad {
    /// Asks so many questions a second, on as many connections, each question on the next.
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

    /// Stops once what was asked is answered, and gives how long each answer took.
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
            // Whatever waits for an answer before it counts as asked when it was due; a clock that rings late doesn't.
            let late = due <= Instant::now();
            sleep_until(due).await;
            if self.stopped.load(Ordering::Relaxed) {
                break;
            }
            let started = if late { due } else { Instant::now() };
            let status = connection.send_request(requests(number).as_bytes()).await?;
            if !(200..300).contains(&status) {
                return Err(format!("a question was answered with {status}").into());
            }
            times.record(started.elapsed());
        }
        Ok(times)
    }
}
