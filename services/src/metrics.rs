//! Metrics for the operator. No exporter is named here: without one installed, a measurement costs a function call.
//! Label values are constants of this program, never user data.

use crate::clock::{Clock, SystemClock};
use ::metrics::{Gauge, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use model::{SessionEndReason, Timestamp};
use std::time::{self, Duration};

pub(crate) const STREAMS: &str = "greenroom_streams";
pub(crate) const QUEUE: &str = "greenroom_queue_length";
pub(crate) const CONNECTIONS: &str = "greenroom_database_connections";
pub(crate) const DATABASE_UP: &str = "greenroom_database_up";
pub(crate) const BUS_UP: &str = "greenroom_bus_up";
pub(crate) const MAIL_QUEUED: &str = "greenroom_mail_queued";
/// E-mails dead-lettered after failed attempts.
pub const MAIL_DEAD_LETTERED: &str = "greenroom_mail_dead_lettered";

const SENDS: &str = "greenroom_sends_total";
/// Streams disconnected because their client read too slowly.
pub const SLOW_CONSUMERS_DISCONNECTED: &str = "greenroom_slow_consumers_disconnected_total";
const STREAMS_ENDED: &str = "greenroom_streams_ended_total";
/// Messages between nodes.
pub const BUS_MESSAGES: &str = "greenroom_bus_messages_total";
const QUERIES: &str = "greenroom_database_queries_total";
const MAILS: &str = "greenroom_mails_total";

const SEND_SECONDS: &str = "greenroom_send_duration_seconds";
const COMMIT_SECONDS: &str = "greenroom_commit_duration_seconds";
const WAIT_SECONDS: &str = "greenroom_queue_wait_seconds";
const LAG_SECONDS: &str = "greenroom_event_lag_seconds";
/// Messages per batch.
pub const MESSAGE_BATCH_SIZE: &str = "greenroom_message_batch_size";
/// Transactions per group commit.
pub const COMMIT_BATCH_SIZE: &str = "greenroom_commit_batch_size";

const GAUGES: [(&str, &str); 7] = [
    (STREAMS, "Event streams open in this process."),
    (QUEUE, "Requests waiting in each queue of this process."),
    (CONNECTIONS, "Database connections by state: used or idle."),
    (DATABASE_UP, "1 if the database answered the last probe, else 0."),
    (BUS_UP, "1 if messages between nodes get through, else 0; absent without a bus."),
    (MAIL_QUEUED, "E-mails waiting for delivery or a retry."),
    (MAIL_DEAD_LETTERED, "E-mails dead-lettered after failed attempts."),
];
const COUNTERS: [(&str, &str); 6] = [
    (QUERIES, "SQL statements executed, without commits."),
    (SENDS, "Messages sent, by outcome: new, duplicate (a retry), refused, failed."),
    (SLOW_CONSUMERS_DISCONNECTED, "Streams disconnected because their client read too slowly."),
    (STREAMS_ENDED, "Streams that ended with their session, by its end reason."),
    (BUS_MESSAGES, "Messages between nodes: sent, received (from other nodes), lost before sending."),
    (MAILS, "E-mails by outcome: sent, retried (an attempt failed), dead_lettered, revoked (their link was)."),
];
const HISTOGRAMS: [(&str, &str); 6] = [
    (SEND_SECONDS, "Seconds from sending a message to its response, without refusals."),
    (COMMIT_SECONDS, "Seconds per commit, including the flush."),
    (WAIT_SECONDS, "Seconds waited in each queue of this process, measured at the end of the wait."),
    (
        LAG_SECONDS,
        "Seconds from an event to its writing to streams: live (published at once) or replay (from the log).",
    ),
    (MESSAGE_BATCH_SIZE, "Messages per batch."),
    (COMMIT_BATCH_SIZE, "Transactions per group commit; SQLite only."),
];

/// Longest time to wait for the database when probing it.
pub(crate) const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Describes the metrics and creates the counters at zero: a counter first scraped at one wouldn't show an increase.
pub fn describe_metrics() {
    GAUGES.iter().for_each(|(name, help)| describe_gauge!(*name, *help));
    COUNTERS.iter().for_each(|(name, help)| describe_counter!(*name, *help));
    HISTOGRAMS.iter().for_each(|(name, help)| describe_histogram!(*name, *help));
    counter!(SLOW_CONSUMERS_DISCONNECTED).increment(0);
    counter!(QUERIES).increment(0);
    SessionEndReason::ALL.iter().for_each(|reason| counter!(STREAMS_ENDED, "reason" => reason.as_str()).increment(0));
    for outcome in ["new", "duplicate", "refused", "failed"] {
        counter!(SENDS, "outcome" => outcome).increment(0);
    }
    for outcome in ["sent", "retried", "dead_lettered", "revoked"] {
        counter!(MAILS, "outcome" => outcome).increment(0);
    }
    for way in ["sent", "received", "lost"] {
        counter!(BUS_MESSAGES, "way" => way).increment(0);
    }
}

/// Counts a send by its outcome, and records how long it took unless it was refused.
pub(crate) fn record_send(outcome: &'static str, duration: Duration) {
    counter!(SENDS, "outcome" => outcome).increment(1);
    if outcome != "refused" {
        histogram!(SEND_SECONDS).record(duration);
    }
}

/// Measures a commit, including its flush.
pub(crate) async fn measure_commit<T>(committing: impl Future<Output = T>) -> T {
    let start = time::Instant::now();
    let committed = committing.await;
    histogram!(COMMIT_SECONDS).record(start.elapsed());
    committed
}

/// Measures the wait for `acquire`, and counts it in the queue's length.
pub(crate) async fn measure_queue_wait<T>(queue: &'static str, acquire: impl Future<Output = T>) -> T {
    let _gauge = QueueGauge::enter(queue);
    let start = time::Instant::now();
    let acquired = acquire.await;
    histogram!(WAIT_SECONDS, "queue" => queue).record(start.elapsed());
    acquired
}

/// Counts one waiter in a queue's length. Leaves the queue on drop, since the waiter may be cancelled.
struct QueueGauge(Gauge);

impl QueueGauge {
    fn enter(queue: &'static str) -> Self {
        let gauge = gauge!(QUEUE, "queue" => queue);
        gauge.increment(1);
        Self(gauge)
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

/// Records an event's age when it is written to streams: `live` by the process that wrote it, or `replay` from the log.
pub(crate) fn record_event_delivered(source: &'static str, at: Timestamp) {
    let millis = u64::try_from(SystemClock.now().millis() - at.millis()).unwrap_or_default();
    histogram!(LAG_SECONDS, "source" => source).record(Duration::from_millis(millis));
}

/// Counts an e-mail by its outcome.
pub(crate) fn count_mail(outcome: &'static str) {
    counter!(MAILS, "outcome" => outcome).increment(1);
}

pub(crate) fn count_query() {
    counter!(QUERIES).increment(1);
}

/// Counts a bus message: `sent`, `received` or `lost`.
pub fn count_bus_message(way: &'static str) {
    counter!(BUS_MESSAGES, "way" => way).increment(1);
}
