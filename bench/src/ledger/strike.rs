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
    line::{Line, Pace},
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
                place.line.cut();
                Ok(())
            }
            Kind::HalfOpen => go_silent(&place.line, rng).await,
            Kind::Throttle => {
                let rate = 20_000 + u32::try_from(rng.random_below(200_000))?;
                place.line.slow(Pace { delay: rng.random_millis(20..300), rate });
                restore(&place.line, rng.random_millis(LONG)).await
            }
            Kind::Refuse => go_away(&place.line, rng).await,
            Kind::BadGateway => {
                place.line.stand_alone();
                restore(&place.line, rng.random_millis(SHORT)).await
            }
            Kind::Clock => {
                let seconds = i64::try_from(rng.random_below(2 * WRONG_BY))? - i64::try_from(WRONG_BY)?;
                place.clock.shift(seconds)?;
                sleep(rng.random_millis(LONG)).await;
                Ok(place.clock.shift(0)?)
            }
            Kind::Bus => break_bus(stage, rng).await,
            Kind::BusCut => go_away(existing(place.to_bus.as_ref())?, rng).await,
            Kind::BusHalfOpen => go_silent(existing(place.to_bus.as_ref())?, rng).await,
            Kind::Database => break_database(stage, End::Fast, rng).await,
            Kind::DatabaseCrash => break_database(stage, End::Crash, rng).await,
            Kind::DatabaseCut => go_away(existing(place.to_database.as_ref())?, rng).await,
            Kind::DatabaseHalfOpen => go_silent(existing(place.to_database.as_ref())?, rng).await,
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
            node.freeze()?;
            sleep(rng.random_millis(LONG)).await;
            return node.thaw();
        }
        Kind::Kill => node.kill()?,
        _ => node.end().await?,
    }
    sleep(rng.random_millis(SHORT)).await;
    node.serve().await
}

/// A line that looks fine and is dead, until it breaks.
async fn go_silent(line: &Line, rng: &mut SeededRng) -> Result<()> {
    line.freeze();
    restore(line, rng.random_millis(LONG)).await
}

/// Everything is reset, and nobody gets through for a while.
async fn go_away(line: &Line, rng: &mut SeededRng) -> Result<()> {
    line.refuse().await;
    restore(line, rng.random_millis(SHORT)).await
}

async fn restore(line: &Line, after: Duration) -> Result<()> {
    sleep(after).await;
    Ok(line.restore().await?)
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
    node.serve().await
}

fn existing<T>(thing: Option<&T>) -> Result<&T> {
    thing.ok_or_else(|| "there is no such thing to break".into())
}
