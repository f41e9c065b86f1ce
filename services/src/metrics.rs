//! Metrics for the operator. No exporter is named here: without one installed, a measurement costs a function call.
//! Label values are constants of this program, never user data.

use crate::{
    Error, Greenroom, Result,
    clock::{Clock, SystemClock},
    mail::Backlog,
    messages::SendOutcome,
    realtime::BusHealth,
};
use ::metrics::{Gauge, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use model::{SessionEndReason, Timestamp};
use std::time::{self, Duration};
use tokio::time::timeout;

const STREAMS: &str = "greenroom_streams";
const QUEUE: &str = "greenroom_queue_length";
const CONNECTIONS: &str = "greenroom_database_connections";
const DATABASE_UP: &str = "greenroom_database_up";
const BUS_UP: &str = "greenroom_bus_up";
const MAIL_QUEUED: &str = "greenroom_mail_queued";
const MAIL_PARKED: &str = "greenroom_mail_parked";

const SENDS: &str = "greenroom_sends_total";
/// Streams disconnected because their client read too slowly.
pub const STREAMS_CUT: &str = "greenroom_streams_cut_total";
const STREAMS_ENDED: &str = "greenroom_streams_ended_total";
const NOTES: &str = "greenroom_bus_notes_total";
const QUERIES: &str = "greenroom_database_queries_total";
const MAILS: &str = "greenroom_mails_total";

const SEND_SECONDS: &str = "greenroom_send_duration_seconds";
const COMMIT_SECONDS: &str = "greenroom_commit_duration_seconds";
const WAIT_SECONDS: &str = "greenroom_queue_wait_seconds";
const LAG_SECONDS: &str = "greenroom_event_lag_seconds";
/// Messages per batch.
pub const SENDS_TOGETHER: &str = "greenroom_sends_together";
/// Transactions per group commit.
pub const COMMITTED_TOGETHER: &str = "greenroom_committed_together";

const GAUGES: [(&str, &str); 7] = [
    (STREAMS, "Event streams open in this process."),
    (QUEUE, "Requests waiting in each queue of this process."),
    (CONNECTIONS, "Database connections by state: used or idle."),
    (DATABASE_UP, "1 if the database answered the last probe, else 0."),
    (BUS_UP, "1 if messages between nodes get through, else 0; absent without a bus."),
    (MAIL_QUEUED, "E-mails waiting for delivery or a retry."),
    (MAIL_PARKED, "E-mails given up on after failed attempts."),
];
const COUNTERS: [(&str, &str); 6] = [
    (QUERIES, "SQL statements executed, without commits."),
    (SENDS, "Messages sent, by outcome: new, again (a retry), refused, failed."),
    (STREAMS_CUT, "Streams disconnected because their client read too slowly."),
    (STREAMS_ENDED, "Streams that ended with their session, by its end reason."),
    (NOTES, "Messages between nodes: sent, heard (received from others), lost before sending."),
    (MAILS, "E-mails by outcome: sent, retried (an attempt failed), given_up, revoked (their link was)."),
];
const HISTOGRAMS: [(&str, &str); 6] = [
    (SEND_SECONDS, "Seconds from sending a message to its response, without refusals."),
    (COMMIT_SECONDS, "Seconds per commit, including the flush."),
    (WAIT_SECONDS, "Seconds waited in each queue of this process, without cancelled waits."),
    (LAG_SECONDS, "Seconds from an event to its writing to streams: told (published at once) or read (from the log)."),
    (SENDS_TOGETHER, "Messages per batch."),
    (COMMITTED_TOGETHER, "Transactions per group commit; SQLite only."),
];

/// Longest time to wait for the database when probing it.
pub(crate) const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Describes the metrics and creates the counters at zero: a counter first scraped at one wouldn't show an increase.
pub fn describe_metrics() {
    GAUGES.iter().for_each(|(name, help)| describe_gauge!(*name, *help));
    COUNTERS.iter().for_each(|(name, help)| describe_counter!(*name, *help));
    HISTOGRAMS.iter().for_each(|(name, help)| describe_histogram!(*name, *help));
    counter!(STREAMS_CUT).increment(0);
    counter!(QUERIES).increment(0);
    SessionEndReason::ALL.iter().for_each(|ending| counter!(STREAMS_ENDED, "reason" => ending.as_str()).increment(0));
    for outcome in ["new", "again", "refused", "failed"] {
        counter!(SENDS, "outcome" => outcome).increment(0);
    }
    for outcome in ["sent", "retried", "given_up", "revoked"] {
        counter!(MAILS, "outcome" => outcome).increment(0);
    }
    for way in ["sent", "heard", "lost"] {
        counter!(NOTES, "way" => way).increment(0);
    }
}

impl Greenroom {
    /// Sets the gauges that aren't updated as they change. If the database doesn't answer, those read from it keep
    /// their last values.
    pub async fn collect_gauges(&self) {
        gauge!(STREAMS).set(self.stream_count() as f64);
        let streams = self.stream_session_lookup.len() + self.stream_setups.len();
        let queues =
            [("sends", self.message_batcher.len()), ("sessions", self.session_lookup.len()), ("streams", streams)];
        for (queue, length) in queues {
            gauge!(QUEUE, "queue" => queue).set(length as f64);
        }
        for (state, connections) in self.store.connections() {
            gauge!(CONNECTIONS, "state" => state).set(connections as f64);
        }
        match self.bus_health() {
            BusHealth::Disabled => {}
            health => gauge!(BUS_UP).set(f64::from(u8::from(health == BusHealth::Healthy))),
        }
        let backlog = timeout(PROBE_TIMEOUT, self.count_backlog()).await;
        gauge!(DATABASE_UP).set(f64::from(u8::from(matches!(backlog, Ok(Ok(_))))));
        if let Ok(Ok(Backlog { queued, dead_lettered })) = backlog {
            gauge!(MAIL_QUEUED).set(queued as f64);
            gauge!(MAIL_PARKED).set(dead_lettered as f64);
        }
    }
}

/// Measures a send, from the call to its response.
pub(crate) async fn measure_send(sending: impl Future<Output = Result<SendOutcome>>) -> Result<SendOutcome> {
    let began = time::Instant::now();
    let posted = sending.await;
    let outcome = match &posted {
        Ok(SendOutcome::New(_)) => "new",
        Ok(SendOutcome::Duplicate(_)) => "again",
        Err(Error::Api(_)) => "refused",
        Err(_) => "failed",
    };
    counter!(SENDS, "outcome" => outcome).increment(1);
    if outcome != "refused" {
        histogram!(SEND_SECONDS).record(began.elapsed());
    }
    posted
}

/// Measures a commit, including its flush.
pub(crate) async fn measure_commit<T>(committing: impl Future<Output = T>) -> T {
    let began = time::Instant::now();
    let committed = committing.await;
    histogram!(COMMIT_SECONDS).record(began.elapsed());
    committed
}

/// Measures the wait for `turn`, and counts it in the queue's length.
pub(crate) async fn measure_queue_wait<T>(queue: &'static str, turn: impl Future<Output = T>) -> T {
    let _gauge = QueueGauge::enter(queue);
    let began = time::Instant::now();
    let turn = turn.await;
    histogram!(WAIT_SECONDS, "queue" => queue).record(began.elapsed());
    turn
}

/// Counts one waiter in a queue's length. Leaves the queue on drop, since the waiter may be cancelled.
struct QueueGauge(Gauge);

impl QueueGauge {
    fn enter(queue: &'static str) -> Self {
        let length = gauge!(QUEUE, "queue" => queue);
        length.increment(1);
        Self(length)
    }
}

impl Drop for QueueGauge {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}

/// Counts a stream that ended with its session.
pub(crate) fn count_stream_ended(reason: SessionEndReason) {
    counter!(STREAMS_ENDED, "reason" => reason.as_str()).increment(1);
}

/// Records an event's age when it is written to streams: `told` by the process that wrote it, or `read` from the log.
pub(crate) fn record_event_delivered(way: &'static str, at: Timestamp) {
    let millis = u64::try_from(SystemClock.now().millis() - at.millis()).unwrap_or_default();
    histogram!(LAG_SECONDS, "way" => way).record(Duration::from_millis(millis));
}

/// Counts an e-mail by its outcome.
pub(crate) fn count_mail(outcome: &'static str) {
    counter!(MAILS, "outcome" => outcome).increment(1);
}

pub(crate) fn count_query() {
    counter!(QUERIES).increment(1);
}

/// Counts a bus message: `sent`, `heard` (received) or `lost`.
pub fn count_bus_message(way: &'static str) {
    counter!(NOTES, "way" => way).increment(1);
}
