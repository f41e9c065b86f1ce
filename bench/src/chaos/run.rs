//! A run from start to end.

use crate::{
    ack_log::AckLog,
    audit,
    checker::{CheckReport, ReaderResult},
    cluster::{Cluster, Person},
    database_state::{DatabaseState, check_integrity, read_last_seqs},
    faults::{self, Fault, FaultKind, MAX_CONCURRENT_FAULTS},
    settings::{RunOptions, cli_name},
    writer::Writer,
};
use bench::site::Result;
use reqwest::Client;
use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
    sync::Arc,
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

/// Without an acknowledgement for this long, the run is stuck.
const ACK_TIMEOUT: Duration = Duration::from_secs(120);
/// How long a healthy site may take until all readers have received everything.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(90);
/// How long nodes may take to become ready after the last fault.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(30);
/// Each conversation starts with the booking's message.
const OPENING_MESSAGES: i64 = 1;

/// The result of a run.
pub(crate) struct RunOutcome {
    report: CheckReport,
    /// Descriptions of further problems.
    problems: Vec<String>,
    acknowledged: u64,
    /// How many of those were found in the database during the run.
    audited: usize,
    /// Failed requests, and messages that one of them had stored.
    retry_counts: (u64, u64),
    fault_counts: BTreeMap<FaultKind, usize>,
    readers: usize,
    /// Duration of writing.
    write_time: Duration,
    /// Time from the end of writing until the last reader had received everything.
    settle_time: Duration,
}

impl RunOutcome {
    pub(crate) fn is_good(&self) -> bool {
        self.report.is_good() && self.problems.is_empty()
    }

    pub(crate) fn lost(&self) -> usize {
        self.report.lost
    }
}

impl Display for RunOutcome {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            report,
            problems,
            acknowledged,
            audited,
            retry_counts,
            fault_counts,
            readers,
            write_time,
            settle_time,
        } = self;
        let (failed, stored) = retry_counts;
        let kinds: Vec<String> =
            fault_counts.iter().map(|(kind, count)| format!("{count} {}", cli_name(kind))).collect();
        let faults: usize = fault_counts.values().sum();
        let (write_time, settle_time) = (write_time.as_secs_f64(), settle_time.as_secs_f64());
        writeln!(
            f,
            "{acknowledged} acknowledged in {write_time:.0} s, received by {readers} readers {settle_time:.0} s later"
        )?;
        writeln!(f, "{audited} of them were found in the database during the run")?;
        writeln!(f, "{failed} requests had no response, {stored} of which had stored their message")?;
        writeln!(f, "{faults} faults: {}", kinds.join(", "))?;
        write!(f, "{report}")?;
        problems.iter().try_for_each(|what| write!(f, "\n  {what}"))
    }
}

/// Starts everything, injects faults while people write, and checks the result.
///
/// # Errors
/// Fails if something breaks that no fault has disrupted.
pub(crate) async fn run(run: &RunOptions) -> Result<RunOutcome> {
    let cluster = Cluster::start(run).await?;
    let mut readers = cluster.spawn_readers(run.seed)?;
    let acks = Arc::new(AckLog::default());
    let began = Instant::now();
    let faults = faults::plan_faults(run);
    let fault_counts = faults.iter().fold(BTreeMap::new(), |mut fault_counts, fault| {
        *fault_counts.entry(fault.kind).or_default() += 1;
        fault_counts
    });
    // A power cut may take what wasn't flushed: such losses are counted at the end.
    let is_audited = run.flushes_commits() || !fault_counts.contains_key(&FaultKind::PowerLoss);
    tokio::select! {
        done = async { tokio::try_join!(write_all(&cluster, run, &acks), inject_faults(&cluster, faults, &acks)) } => {
            done?;
        }
        Some(ended) = readers.join_next() => return Err(format!("a reader has failed: {ended:?}").into()),
        missing = audit::watch_for_loss(&cluster, &acks), if is_audited => return Err(missing.into()),
        count = wait_stuck(&acks) => {
            return Err(format!("nothing was acknowledged for {ACK_TIMEOUT:?} after {count}").into());
        }
    }
    let write_time = began.elapsed();
    heal_all(&cluster).await?;
    let mut problems = tokio::select! {
        problems = wait_all_received(&cluster) => problems?,
        Some(ended) = readers.join_next() => return Err(format!("a reader has failed: {ended:?}").into()),
    };
    let settle_time = began.elapsed() - write_time;
    readers.shutdown().await;
    let state = DatabaseState::read_all(&cluster).await?;
    let received = collect_readers(&cluster);
    let report = CheckReport::check_all(&acks.entries(), &state, &received, OPENING_MESSAGES);
    problems.extend(check_integrity(&cluster).await?);
    problems.extend(cluster.logs.find_panics()?);
    let (acknowledged, audited, retry_counts) = (acks.ack_count(), acks.mark_audited(0), acks.retry_counts());
    let outcome = RunOutcome {
        report,
        problems,
        acknowledged,
        audited,
        retry_counts,
        fault_counts,
        readers: received.len(),
        write_time,
        settle_time,
    };
    if outcome.is_good() {
        cluster.logs.delete_all()?;
    }
    Ok(outcome)
}

/// Lets all writers write equal shares.
async fn write_all(cluster: &Arc<Cluster>, run: &RunOptions, acks: &Arc<AckLog>) -> Result<()> {
    let mut writing = JoinSet::new();
    let writers = Writer::for_all_sides(cluster, run.seed)?;
    let count = writers.len() as u64;
    for (number, writer) in (0..).zip(writers) {
        let share = run.acknowledgements / count + u64::from(number < run.acknowledgements % count);
        writing.spawn(writer.write_messages(share, acks.clone()));
    }
    while let Some(ended) = writing.join_next().await {
        ended??;
    }
    Ok(())
}

/// Starts each fault when its number of acknowledgements is reached.
async fn inject_faults(cluster: &Arc<Cluster>, faults: Vec<Fault>, acks: &AckLog) -> Result<()> {
    let starts: Vec<u64> = faults.iter().map(|fault| fault.after_acks).collect();
    let mut active: JoinSet<Result<()>> = JoinSet::new();
    for (number, fault) in faults.into_iter().enumerate() {
        acks.allow_until(starts.get(number + MAX_CONCURRENT_FAULTS).copied().unwrap_or(u64::MAX));
        acks.wait_for_count(fault.after_acks).await;
        if active.len() >= MAX_CONCURRENT_FAULTS
            && let Some(ended) = active.join_next().await
        {
            ended??;
        }
        let (cluster, name) = (cluster.clone(), cli_name(&fault.kind));
        active.spawn(async move { fault.inject(&cluster).await.map_err(|error| format!("{name}: {error}").into()) });
    }
    acks.allow_until(u64::MAX);
    while let Some(ended) = active.join_next().await {
        ended??;
    }
    Ok(())
}

/// Waits until no message was acknowledged for [`ACK_TIMEOUT`], and returns how many were.
async fn wait_stuck(acks: &AckLog) -> u64 {
    loop {
        let count = acks.ack_count();
        if timeout(ACK_TIMEOUT, acks.wait_for_count(count + 1)).await.is_err() {
            return count;
        }
        // Checking after each of thousands of acknowledgements would be wasteful.
        sleep(Duration::from_secs(1)).await;
    }
}

/// Ends all faults, and waits until every node is ready.
async fn heal_all(cluster: &Cluster) -> Result<()> {
    let client = Client::builder().no_proxy().build()?;
    for node in &cluster.nodes {
        node.heal().await?;
        let (began, ready) = (Instant::now(), format!("{}/readyz", node.url));
        while !client.get(&ready).send().await.is_ok_and(|answer| answer.status().is_success()) {
            if began.elapsed() > RECOVERY_TIMEOUT {
                return Err("a node isn't ready, although all faults have ended".into());
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

/// Waits until all readers have received everything, or [`DELIVERY_TIMEOUT`] has passed, and compares the cursor of
/// every node with the database. Returns the differences.
async fn wait_all_received(cluster: &Cluster) -> Result<Vec<String>> {
    let last_seqs = read_last_seqs(cluster).await?;
    let until = Instant::now() + DELIVERY_TIMEOUT;
    let mut problems = Vec::new();
    for (Person { id, clients, .. }, last_seq) in cluster.people.iter().zip(&last_seqs) {
        for client in clients {
            if tokio::time::timeout_at(until, client.wait_received(*last_seq)).await.is_err() {
                problems
                    .push(format!("a reader of {id} received only {} of {last_seq} events in time", client.last_seq()));
            }
        }
    }
    for (number, node) in cluster.nodes.iter().enumerate() {
        let Some((person, last_seq)) = cluster.people.iter().zip(&last_seqs).nth(number) else { break };
        let cursor = cluster.get_direct(person, node, "/api/messages").await?["cursor"].as_i64();
        if cursor != Some(*last_seq) {
            problems.push(format!("node {number} has cursor {cursor:?}, not {last_seq}"));
        }
    }
    Ok(problems)
}

fn collect_readers(cluster: &Cluster) -> Vec<ReaderResult> {
    let clients = cluster.people.iter().flat_map(|person| person.clients.iter().map(|client| (person.id, client)));
    let reader = |(person, client): (_, &bench::stream_client::StreamClient)| {
        let received = client.received();
        let messages = received.messages.iter().map(|(message, _)| *message).collect();
        ReaderResult { person, last: client.last_seq(), messages, duplicates: received.duplicates, gaps: received.gaps }
    };
    clients.map(reader).collect()
}
