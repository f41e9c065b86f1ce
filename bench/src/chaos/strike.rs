//! How things break, each from its beginning to its end.

use crate::{
    database::Database,
    disk::Failure,
    faults::{Fault, Kind},
    place::Place,
    postgres::End,
    stage::Stage,
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
    pub(crate) async fn strike(mut self, stage: &Stage) -> Result<()> {
        let (place, rng) = (&stage.places[self.node], &mut self.rng);
        match self.kind {
            Kind::Kill | Kind::Freeze | Kind::Update => break_node(self.kind, place, rng).await,
            Kind::Cut => {
                place.proxy.cut_connections();
                Ok(())
            }
            Kind::HalfOpen => freeze_link(&place.proxy, rng).await,
            Kind::Throttle => {
                let rate = 20_000 + u32::try_from(rng.random_below(200_000))?;
                place.proxy.set_conditions(LinkConditions { delay: rng.random_millis(20..300), rate });
                restore_after(&place.proxy, rng.random_millis(LONG)).await
            }
            Kind::Refuse => refuse_for_a_while(&place.proxy, rng).await,
            Kind::BadGateway => {
                place.proxy.answer_bad_gateway();
                restore_after(&place.proxy, rng.random_millis(SHORT)).await
            }
            Kind::Clock => {
                let seconds = i64::try_from(rng.random_below(2 * WRONG_BY))? - i64::try_from(WRONG_BY)?;
                place.clock.shift(seconds)?;
                sleep(rng.random_millis(LONG)).await;
                Ok(place.clock.shift(0)?)
            }
            Kind::Bus => break_bus(stage, rng).await,
            Kind::BusCut => refuse_for_a_while(existing(place.bus_proxy.as_ref())?, rng).await,
            Kind::BusHalfOpen => freeze_link(existing(place.bus_proxy.as_ref())?, rng).await,
            Kind::Database => break_database(stage, End::Fast, rng).await,
            Kind::DatabaseCrash => break_database(stage, End::Crash, rng).await,
            Kind::DatabaseCut => refuse_for_a_while(existing(place.database_proxy.as_ref())?, rng).await,
            Kind::DatabaseHalfOpen => freeze_link(existing(place.database_proxy.as_ref())?, rng).await,
            Kind::PowerLoss => lose_power(stage, place, rng).await,
            Kind::DiskFull => storage::fill_disk(stage, place, rng).await,
            Kind::DiskErrors => {
                let failure = Failure::Errors(SeededRng::new(rng.random_below(u64::MAX)));
                storage::fail_disk(stage, failure, rng.random_millis(LONG)).await
            }
            Kind::ReadOnlyDisk => storage::fail_disk(stage, Failure::ReadOnly, rng.random_millis(LONG)).await,
            Kind::DatabaseFull => storage::fill_database(stage, rng.random_millis(LONG)).await,
            Kind::ConnectionKilled => storage::kill_connections(stage, rng).await,
        }
    }
}

async fn break_node(kind: Kind, place: &Place, rng: &mut SeededRng) -> Result<()> {
    let mut node = place.node.lock().await;
    match kind {
        Kind::Freeze => {
            node.suspend()?;
            sleep(rng.random_millis(LONG)).await;
            return node.resume();
        }
        Kind::Kill => node.kill()?,
        _ => node.terminate().await?,
    }
    sleep(rng.random_millis(SHORT)).await;
    node.start_serving().await
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

async fn break_bus(stage: &Stage, rng: &mut SeededRng) -> Result<()> {
    let mut bus = existing(stage.bus.as_ref())?.lock().await;
    bus.kill()?;
    sleep(rng.random_millis(LONG)).await;
    bus.serve().await
}

async fn break_database(stage: &Stage, end: End, rng: &mut SeededRng) -> Result<()> {
    let Database::Server(server, _) = &stage.database else { return Err("there is no server".into()) };
    let server = server.lock().await;
    server.end(end).await?;
    sleep(rng.random_millis(SHORT)).await;
    server.serve().await
}

async fn lose_power(stage: &Stage, place: &Place, rng: &mut SeededRng) -> Result<()> {
    let Database::Disk(disk, ..) = &stage.database else { return Err("there is no disk to lose power".into()) };
    let mut node = place.node.lock().await;
    node.kill()?;
    disk.lock().await.lose_power(rng)?;
    node.start_serving().await
}

fn existing<T>(thing: Option<&T>) -> Result<&T> {
    thing.ok_or_else(|| "there is no such thing to break".into())
}
