//! Injects each fault, and ends it.

use crate::{
    cluster::Cluster,
    database::Database,
    faults::{Fault, FaultKind},
    faulty_disk::DiskFault,
    node::Node,
    postgres::StopMode,
    storage_faults,
};
use bench::{
    fault_proxy::{FaultProxy, LinkConditions},
    site::Result,
};
use std::{ops::Range, time::Duration};
use test_support::rng::SeededRng;
use tokio::time::sleep;

/// How long a fault lasts, in milliseconds.
const SHORT_MILLIS: Range<u64> = 0..1_000;
const LONG_MILLIS: Range<u64> = 1_000..4_000;
/// The largest clock offset in either direction: shorter than a session's lifetime.
const MAX_CLOCK_SKEW_SECONDS: u64 = 6 * 60 * 60;

impl Fault {
    /// Injects the fault, waits, and repairs the component.
    ///
    /// # Errors
    /// Fails if a component that isn't meant to break does, for example a node that doesn't restart.
    pub(crate) async fn inject(mut self, cluster: &Cluster) -> Result<()> {
        let (node, rng) = (&cluster.nodes[self.node], &mut self.rng);
        match self.kind {
            FaultKind::Kill | FaultKind::Freeze | FaultKind::Update => disrupt_process(self.kind, node, rng).await,
            FaultKind::Cut => {
                node.proxy.cut_connections();
                Ok(())
            }
            FaultKind::HalfOpen => freeze_link(&node.proxy, rng).await,
            FaultKind::Throttle => {
                let rate = 20_000 + u32::try_from(rng.random_below(200_000))?;
                node.proxy.set_conditions(LinkConditions { delay: rng.random_millis(20..300), rate });
                restore_after(&node.proxy, rng.random_millis(LONG_MILLIS)).await
            }
            FaultKind::Refuse => refuse_for_a_while(&node.proxy, rng).await,
            FaultKind::BadGateway => {
                node.proxy.answer_bad_gateway();
                restore_after(&node.proxy, rng.random_millis(SHORT_MILLIS)).await
            }
            FaultKind::Clock => {
                let seconds = i64::try_from(rng.random_below(2 * MAX_CLOCK_SKEW_SECONDS))?
                    - i64::try_from(MAX_CLOCK_SKEW_SECONDS)?;
                node.clock.set_offset(seconds)?;
                sleep(rng.random_millis(LONG_MILLIS)).await;
                Ok(node.clock.set_offset(0)?)
            }
            FaultKind::Bus => restart_bus(cluster, rng).await,
            FaultKind::BusCut => refuse_for_a_while(require(node.bus_proxy.as_ref())?, rng).await,
            FaultKind::BusHalfOpen => freeze_link(require(node.bus_proxy.as_ref())?, rng).await,
            FaultKind::Database => restart_database(cluster, StopMode::Fast, rng).await,
            FaultKind::DatabaseCrash => restart_database(cluster, StopMode::Crash, rng).await,
            FaultKind::DatabaseCut => refuse_for_a_while(require(node.database_proxy.as_ref())?, rng).await,
            FaultKind::DatabaseHalfOpen => freeze_link(require(node.database_proxy.as_ref())?, rng).await,
            FaultKind::PowerLoss => cut_power(cluster, node, rng).await,
            FaultKind::DiskFull => storage_faults::fill_disk(cluster, node, rng).await,
            FaultKind::DiskErrors => {
                let fault = DiskFault::Errors(rng.fork());
                storage_faults::fail_disk(cluster, fault, rng.random_millis(LONG_MILLIS)).await
            }
            FaultKind::ReadOnlyDisk => {
                storage_faults::fail_disk(cluster, DiskFault::ReadOnly, rng.random_millis(LONG_MILLIS)).await
            }
            FaultKind::DatabaseFull => storage_faults::fill_database(cluster, rng.random_millis(LONG_MILLIS)).await,
            FaultKind::ConnectionKilled => storage_faults::kill_connections(cluster, rng).await,
        }
    }
}

async fn disrupt_process(kind: FaultKind, node: &Node, rng: &mut SeededRng) -> Result<()> {
    let mut process = node.process.lock().await;
    match kind {
        FaultKind::Freeze => {
            process.suspend()?;
            sleep(rng.random_millis(LONG_MILLIS)).await;
            return process.resume();
        }
        FaultKind::Kill => process.kill()?,
        _ => process.terminate().await?,
    }
    sleep(rng.random_millis(SHORT_MILLIS)).await;
    process.start_serving().await
}

/// Discards all traffic for a while without closing connections, then resets them.
async fn freeze_link(proxy: &FaultProxy, rng: &mut SeededRng) -> Result<()> {
    proxy.freeze_traffic();
    restore_after(proxy, rng.random_millis(LONG_MILLIS)).await
}

/// Resets all connections, and refuses new ones for a while.
async fn refuse_for_a_while(proxy: &FaultProxy, rng: &mut SeededRng) -> Result<()> {
    proxy.refuse_connections().await;
    restore_after(proxy, rng.random_millis(SHORT_MILLIS)).await
}

async fn restore_after(proxy: &FaultProxy, after: Duration) -> Result<()> {
    sleep(after).await;
    Ok(proxy.restore().await?)
}

async fn restart_bus(cluster: &Cluster, rng: &mut SeededRng) -> Result<()> {
    let mut bus = require(cluster.bus.as_ref())?.lock().await;
    bus.kill();
    sleep(rng.random_millis(LONG_MILLIS)).await;
    bus.restart().await
}

async fn restart_database(cluster: &Cluster, stop: StopMode, rng: &mut SeededRng) -> Result<()> {
    let Database::Server(server, _) = &cluster.database else { return Err("the run has no database server".into()) };
    let server = server.lock().await;
    server.stop(stop).await?;
    sleep(rng.random_millis(SHORT_MILLIS)).await;
    server.start_serving().await
}

async fn cut_power(cluster: &Cluster, node: &Node, rng: &mut SeededRng) -> Result<()> {
    let Database::Disk(disk, ..) = &cluster.database else { return Err("the run has no disk to lose power".into()) };
    let mut process = node.process.lock().await;
    process.kill()?;
    disk.lock().await.lose_power(rng)?;
    process.start_serving().await
}

fn require<T>(component: Option<&T>) -> Result<&T> {
    component.ok_or_else(|| "the run lacks this component".into())
}
