//! How things break, each from its beginning to its end.

use crate::{
    cluster::Cluster,
    database::Database,
    disk::Failure,
    faults::{Fault, Kind},
    node::Node,
    postgres::End,
    storage,
};
use bench::{
    fault_proxy::{FaultProxy, LinkConditions},
    rng::SeededRng,
    site::Result,
};
use std::{ops::Range, time::Duration};
use tokio::time::sleep;

/// How long things are broken, in milliseconds.
const SHORT: Range<u64> = 0..1_000;
const LONG: Range<u64> = 1_000..4_000;
/// Clocks are wrong by at most so many seconds: less than a session lasts.
const WRONG_BY: u64 = 6 * 60 * 60;

impl Fault {
    /// Breaks something, and makes it whole again.
    ///
    /// # Errors
    /// When something breaks that shouldn't, such as a node that doesn't start again.
    pub(crate) async fn strike(mut self, cluster: &Cluster) -> Result<()> {
        let (node, rng) = (&cluster.nodes[self.node], &mut self.rng);
        match self.kind {
            Kind::Kill | Kind::Freeze | Kind::Update => break_node(self.kind, node, rng).await,
            Kind::Cut => {
                node.proxy.cut_connections();
                Ok(())
            }
            Kind::HalfOpen => freeze_link(&node.proxy, rng).await,
            Kind::Throttle => {
                let rate = 20_000 + u32::try_from(rng.random_below(200_000))?;
                node.proxy.set_conditions(LinkConditions { delay: rng.random_millis(20..300), rate });
                restore_after(&node.proxy, rng.random_millis(LONG)).await
            }
            Kind::Refuse => refuse_for_a_while(&node.proxy, rng).await,
            Kind::BadGateway => {
                node.proxy.answer_bad_gateway();
                restore_after(&node.proxy, rng.random_millis(SHORT)).await
            }
            Kind::Clock => {
                let seconds = i64::try_from(rng.random_below(2 * WRONG_BY))? - i64::try_from(WRONG_BY)?;
                node.clock.shift(seconds)?;
                sleep(rng.random_millis(LONG)).await;
                Ok(node.clock.shift(0)?)
            }
            Kind::Bus => break_bus(cluster, rng).await,
            Kind::BusCut => refuse_for_a_while(existing(node.bus_proxy.as_ref())?, rng).await,
            Kind::BusHalfOpen => freeze_link(existing(node.bus_proxy.as_ref())?, rng).await,
            Kind::Database => break_database(cluster, End::Fast, rng).await,
            Kind::DatabaseCrash => break_database(cluster, End::Crash, rng).await,
            Kind::DatabaseCut => refuse_for_a_while(existing(node.database_proxy.as_ref())?, rng).await,
            Kind::DatabaseHalfOpen => freeze_link(existing(node.database_proxy.as_ref())?, rng).await,
            Kind::PowerLoss => lose_power(cluster, node, rng).await,
            Kind::DiskFull => storage::fill_disk(cluster, node, rng).await,
            Kind::DiskErrors => {
                let failure = Failure::Errors(SeededRng::new(rng.random_below(u64::MAX)));
                storage::fail_disk(cluster, failure, rng.random_millis(LONG)).await
            }
            Kind::ReadOnlyDisk => storage::fail_disk(cluster, Failure::ReadOnly, rng.random_millis(LONG)).await,
            Kind::DatabaseFull => storage::fill_database(cluster, rng.random_millis(LONG)).await,
            Kind::ConnectionKilled => storage::kill_connections(cluster, rng).await,
        }
    }
}

async fn break_node(kind: Kind, node: &Node, rng: &mut SeededRng) -> Result<()> {
    let mut process = node.process.lock().await;
    match kind {
        Kind::Freeze => {
            process.suspend()?;
            sleep(rng.random_millis(LONG)).await;
            return process.resume();
        }
        Kind::Kill => process.kill()?,
        _ => process.terminate().await?,
    }
    sleep(rng.random_millis(SHORT)).await;
    process.start_serving().await
}

/// A line that looks fine and is dead, until it breaks.
async fn freeze_link(proxy: &FaultProxy, rng: &mut SeededRng) -> Result<()> {
    proxy.freeze_traffic();
    restore_after(proxy, rng.random_millis(LONG)).await
}

/// Everything is reset, and nobody gets through for a while.
async fn refuse_for_a_while(proxy: &FaultProxy, rng: &mut SeededRng) -> Result<()> {
    proxy.refuse_connections().await;
    restore_after(proxy, rng.random_millis(SHORT)).await
}

async fn restore_after(proxy: &FaultProxy, after: Duration) -> Result<()> {
    sleep(after).await;
    Ok(proxy.restore().await?)
}

async fn break_bus(cluster: &Cluster, rng: &mut SeededRng) -> Result<()> {
    let mut bus = existing(cluster.bus.as_ref())?.lock().await;
    bus.kill()?;
    sleep(rng.random_millis(LONG)).await;
    bus.serve().await
}

async fn break_database(cluster: &Cluster, end: End, rng: &mut SeededRng) -> Result<()> {
    let Database::Server(server, _) = &cluster.database else { return Err("there is no server".into()) };
    let server = server.lock().await;
    server.end(end).await?;
    sleep(rng.random_millis(SHORT)).await;
    server.serve().await
}

async fn lose_power(cluster: &Cluster, node: &Node, rng: &mut SeededRng) -> Result<()> {
    let Database::Disk(disk, ..) = &cluster.database else { return Err("there is no disk to lose power".into()) };
    let mut process = node.process.lock().await;
    process.kill()?;
    disk.lock().await.lose_power(rng)?;
    process.start_serving().await
}

fn existing<T>(thing: Option<&T>) -> Result<&T> {
    thing.ok_or_else(|| "there is no such thing to break".into())
}
