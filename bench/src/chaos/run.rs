//! A run from its beginning to its end.

use crate::{
    ack_log::AckLog,
    audit,
    checker::{CheckReport, ReaderResult},
    cluster::{Cluster, Person},
    database_state::{DatabaseState, check_integrity, read_last_seqs},
    faults::{self, Fault, FaultKind, MAX_CONCURRENT_FAULTS},
    settings::{Run, word},
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

/// Nothing was acknowledged for so long: nothing will be.
const STUCK: Duration = Duration::from_secs(120);
/// How long a healthy site may take until all readers have heard all.
const ARRIVAL: Duration = Duration::from_secs(90);
/// How long nodes may take to be healthy again after the last fault.
const RECOVERY: Duration = Duration::from_secs(30);
/// The opening message of each conversation.
const BEFORE: i64 = 1;

/// What came of a run.
pub(crate) struct Outcome {
    report: CheckReport,
    /// What else is wrong, in words.
    unwell: Vec<String>,
    acknowledged: u64,
    /// How many of those were found in the database while people wrote.
    audited: usize,
    /// Tries without an answer, and messages that had arrived by one of those.
    tries: (u64, u64),
    struck: BTreeMap<FaultKind, usize>,
    readers: usize,
    /// While people wrote.
    lasted: Duration,
    /// From then until the last reader had heard all.
    settled: Duration,
}

impl Outcome {
    pub(crate) fn is_good(&self) -> bool {
        self.report.is_good() && self.unwell.is_empty()
    }

    pub(crate) fn lost(&self) -> usize {
        self.report.lost
    }
}

impl Display for Outcome {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { report, unwell, acknowledged, audited, tries, struck, readers, lasted, settled } = self;
        let (failed, before) = tries;
        let kinds: Vec<String> = struck.iter().map(|(kind, count)| format!("{count} {}", word(kind))).collect();
        let faults: usize = struck.values().sum();
        let (lasted, settled) = (lasted.as_secs_f64(), settled.as_secs_f64());
        writeln!(f, "{acknowledged} acknowledged in {lasted:.0} s, heard by {readers} readers {settled:.0} s later")?;
        writeln!(f, "{audited} of them were found in the database while more was written")?;
        writeln!(f, "{failed} tries had no answer, by which {before} messages had arrived all the same")?;
        writeln!(f, "{faults} faults: {}", kinds.join(", "))?;
        write!(f, "{report}")?;
        unwell.iter().try_for_each(|what| write!(f, "\n  {what}"))
    }
}

/// Starts everything, breaks it while people write, and judges what is left.
///
/// # Errors
/// When something doesn't work that was broken by nobody.
pub(crate) async fn run(run: &Run) -> Result<Outcome> {
    let cluster = Cluster::start(run).await?;
    let mut readers = cluster.spawn_readers(run.seed)?;
    let acks = Arc::new(AckLog::default());
    let began = Instant::now();
    let faults = faults::plan_faults(run);
    let struck = faults.iter().fold(BTreeMap::new(), |mut struck, fault| {
        *struck.entry(fault.kind).or_default() += 1;
        struck
    });
    tokio::select! {
        done = async { tokio::try_join!(write(&cluster, run, &acks), break_things(&cluster, faults, &acks)) } => { done?; }
        Some(ended) = readers.join_next() => return Err(format!("a reader has given up: {ended:?}").into()),
        // Where messages may be lost, they are counted at the end.
        missing = audit::watch(&cluster, &acks), if !run.may_lose() => return Err(missing.into()),
        count = stuck(&acks) => return Err(format!("nothing was acknowledged for {STUCK:?} after {count}").into()),
    }
    let lasted = began.elapsed();
    heal(&cluster).await?;
    let mut unwell = tokio::select! {
        unwell = all_heard(&cluster) => unwell?,
        Some(ended) = readers.join_next() => return Err(format!("a reader has given up: {ended:?}").into()),
    };
    let settled = began.elapsed() - lasted;
    readers.shutdown().await;
    let state = DatabaseState::read_all(&cluster).await?;
    let heard = heard(&cluster);
    let report = CheckReport::check_all(&acks.entries(), &state, &heard, BEFORE);
    unwell.extend(check_integrity(&cluster).await?);
    unwell.extend(cluster.logs.find_panics()?);
    let (acknowledged, audited, tries) = (acks.ack_count(), acks.mark_audited(0), acks.retry_counts());
    let outcome =
        Outcome { report, unwell, acknowledged, audited, tries, struck, readers: heard.len(), lasted, settled };
    if outcome.is_good() {
        cluster.logs.delete_all()?;
    }
    Ok(outcome)
}

/// Everybody writes as much as everybody else.
async fn write(cluster: &Arc<Cluster>, run: &Run, acks: &Arc<AckLog>) -> Result<()> {
    let mut writing = JoinSet::new();
    let writers = Writer::all(cluster, run.seed)?;
    let count = writers.len() as u64;
    for (number, writer) in (0..).zip(writers) {
        let share = run.acknowledgements / count + u64::from(number < run.acknowledgements % count);
        writing.spawn(writer.write(share, acks.clone()));
    }
    while let Some(ended) = writing.join_next().await {
        ended??;
    }
    Ok(())
}

/// Lets every fault strike when its time has come.
async fn break_things(cluster: &Arc<Cluster>, faults: Vec<Fault>, acks: &AckLog) -> Result<()> {
    let times: Vec<u64> = faults.iter().map(|fault| fault.at).collect();
    let mut under_way: JoinSet<Result<()>> = JoinSet::new();
    for (number, fault) in faults.into_iter().enumerate() {
        acks.allow_until(times.get(number + MAX_CONCURRENT_FAULTS).copied().unwrap_or(u64::MAX));
        acks.wait_for_count(fault.at).await;
        if under_way.len() >= MAX_CONCURRENT_FAULTS
            && let Some(ended) = under_way.join_next().await
        {
            ended??;
        }
        let (cluster, name) = (cluster.clone(), word(&fault.kind));
        under_way.spawn(async move { fault.inject(&cluster).await.map_err(|error| format!("{name}: {error}").into()) });
    }
    acks.allow_until(u64::MAX);
    while let Some(ended) = under_way.join_next().await {
        ended??;
    }
    Ok(())
}

/// Done, with how many there are, when nothing more is acknowledged.
async fn stuck(acks: &AckLog) -> u64 {
    loop {
        let count = acks.ack_count();
        if timeout(STUCK, acks.wait_for_count(count + 1)).await.is_err() {
            return count;
        }
        // Not at each of thousands.
        sleep(Duration::from_secs(1)).await;
    }
}

/// Waits until every node says that it is well.
async fn heal(cluster: &Cluster) -> Result<()> {
    let client = Client::builder().no_proxy().build()?;
    for node in &cluster.nodes {
        node.heal().await?;
        let (began, ready) = (Instant::now(), format!("{}/readyz", node.url));
        while !client.get(&ready).send().await.is_ok_and(|answer| answer.status().is_success()) {
            if began.elapsed() > RECOVERY {
                return Err("a node isn't ready, though nothing is broken any more".into());
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

/// Waits until all readers have heard everything, or long enough, and asks every node whether it knows as much. Gives
/// what one didn't.
async fn all_heard(cluster: &Cluster) -> Result<Vec<String>> {
    let heads = read_last_seqs(cluster).await?;
    let until = Instant::now() + ARRIVAL;
    let mut told = Vec::new();
    for (Person { id, clients, .. }, head) in cluster.people.iter().zip(&heads) {
        for client in clients {
            if tokio::time::timeout_at(until, client.wait_received(*head)).await.is_err() {
                told.push(format!("a reader of {id} didn't hear more than {} of {head} in time", client.last_seq()));
            }
        }
    }
    for (number, node) in cluster.nodes.iter().enumerate() {
        let Some((person, head)) = cluster.people.iter().zip(&heads).nth(number) else { break };
        let cursor = cluster.get_direct(person, node, "/api/messages").await?["cursor"].as_i64();
        if cursor != Some(*head) {
            told.push(format!("node {number} says {cursor:?} for {head}"));
        }
    }
    Ok(told)
}

fn heard(cluster: &Cluster) -> Vec<ReaderResult> {
    let clients = cluster.people.iter().flat_map(|person| person.clients.iter().map(|client| (person.id, client)));
    let reader = |(person, client): (_, &bench::stream_client::StreamClient)| {
        let heard = client.received();
        let messages = heard.messages.iter().map(|(told, _)| *told).collect();
        ReaderResult { person, last: client.last_seq(), messages, duplicates: heard.duplicates, gaps: heard.gaps }
    };
    clients.map(reader).collect()
}
