//! What is measured, for whoever watches over the process. No exporter is named here: where none is installed, a
//! measurement costs a call and is thrown away. Labels are words of this file, never anybody's.

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
/// Streams that were cut because their reader was too slow.
pub const STREAMS_CUT: &str = "greenroom_streams_cut_total";
const STREAMS_ENDED: &str = "greenroom_streams_ended_total";
const NOTES: &str = "greenroom_bus_notes_total";
const QUERIES: &str = "greenroom_database_queries_total";
const MAILS: &str = "greenroom_mails_total";

const SEND_SECONDS: &str = "greenroom_send_duration_seconds";
const COMMIT_SECONDS: &str = "greenroom_commit_duration_seconds";
const WAIT_SECONDS: &str = "greenroom_queue_wait_seconds";
const LAG_SECONDS: &str = "greenroom_event_lag_seconds";
/// Messages written by the same statements.
pub const SENDS_TOGETHER: &str = "greenroom_sends_together";
/// Transactions that shared a commit.
pub const COMMITTED_TOGETHER: &str = "greenroom_committed_together";

const GAUGES: [(&str, &str); 7] = [
    (STREAMS, "Event streams open at this process."),
    (QUEUE, "How many wait in each line of this process."),
    (CONNECTIONS, "Connections to the database: in use, or idle."),
    (DATABASE_UP, "1 where the database answered just now, 0 where it didn't."),
    (BUS_UP, "1 where notes between nodes get through, 0 where they don't; missing where there is no bus."),
    (MAIL_QUEUED, "Mails to be sent, or to be tried again."),
    (MAIL_PARKED, "Mails given up on."),
];
const COUNTERS: [(&str, &str); 6] = [
    (QUERIES, "Statements that the database was asked, commits left out."),
    (SENDS, "Messages that somebody sent, by what became of them: new, again (a retry), refused, failed."),
    (STREAMS_CUT, "Streams that were cut because their reader was too slow."),
    (STREAMS_ENDED, "Streams that ended with their session, by the reason it ended for."),
    (NOTES, "Notes between nodes: sent, heard from others, lost before they were sent."),
    (MAILS, "Mails: sent, retried (a try failed, another follows), given_up, revoked (its link was)."),
];
const HISTOGRAMS: [(&str, &str); 6] = [
    (SEND_SECONDS, "Seconds from sending a message to its answer, refusals left out."),
    (COMMIT_SECONDS, "Seconds a commit took, with its flush."),
    (WAIT_SECONDS, "Seconds waited in each line of this process, by whoever had their turn."),
    (
        LAG_SECONDS,
        "Seconds from an event to its being written to the streams here: told at once, or read from the log.",
    ),
    (SENDS_TOGETHER, "Messages written by the same statements."),
    (COMMITTED_TOGETHER, "Transactions that shared a commit; SQLite only."),
];

/// How long the database may take to answer whoever watches.
pub(crate) const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Says what each number means, and begins the counters at zero: who first sees a counter at one can't tell that it
/// moved.
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
    /// Sets the gauges that nobody keeps up to date, as they are now. Where the database is silent, so are those that
    /// it knows of.
    pub async fn collect_gauges(&self) {
        gauge!(STREAMS).set(self.stream_count() as f64);
        let streams = self.stream_session_lookup.len() + self.stream_setups.len();
        let lines =
            [("sends", self.message_batcher.len()), ("sessions", self.session_lookup.len()), ("streams", streams)];
        for (queue, length) in lines {
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

/// Measures a send, from the call to its answer.
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

/// Measures a commit.
pub(crate) async fn measure_commit<T>(committing: impl Future<Output = T>) -> T {
    let began = time::Instant::now();
    let committed = committing.await;
    histogram!(COMMIT_SECONDS).record(began.elapsed());
    committed
}

/// Measures how long somebody waits in a line, and how long the line is.
pub(crate) async fn measure_queue_wait<T>(queue: &'static str, turn: impl Future<Output = T>) -> T {
    let _gauge = QueueGauge::enter(queue);
    let began = time::Instant::now();
    let turn = turn.await;
    histogram!(WAIT_SECONDS, "queue" => queue).record(began.elapsed());
    turn
}

/// A place in a line. Left when dropped: whoever waits may go.
struct QueueGauge(Gauge);

impl QueueGauge {
    fn enter(queue: &'static str) -> Self {
        let line = gauge!(QUEUE, "queue" => queue);
        line.increment(1);
        Self(line)
    }
}

impl Drop for QueueGauge {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}

/// Counts streams that ended with their session.
pub(crate) fn count_stream_ended(reason: SessionEndReason) {
    counter!(STREAMS_ENDED, "reason" => reason.as_str()).increment(1);
}

/// Measures how long ago an event was that streams hear of now: `told` by whoever wrote it, or `read` from the log.
pub(crate) fn record_event_delivered(way: &'static str, at: Timestamp) {
    let millis = u64::try_from(SystemClock.now().millis() - at.millis()).unwrap_or_default();
    histogram!(LAG_SECONDS, "way" => way).record(Duration::from_millis(millis));
}

/// Counts what became of a mail.
pub(crate) fn count_mail(outcome: &'static str) {
    counter!(MAILS, "outcome" => outcome).increment(1);
}

/// Counts a statement.
pub(crate) fn count_query() {
    counter!(QUERIES).increment(1);
}

/// Counts a note: `sent`, `heard` or `lost`.
pub fn count_bus_message(way: &'static str) {
    counter!(NOTES, "way" => way).increment(1);
}
