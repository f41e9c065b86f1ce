//! How long it takes from Send to the other's screen, and how much goes over the line. Whether anything is ever lost is
//! the ledger's matter.
//!
//! `cargo run -p bench --bin sends`, after `bin/build`. What is measured is the built program; this one only asks.
//!
//! # Layout
//! - this file: one talk after the other, and the tables
//! - [`stage`]: who talks with whom
//! - [`outbox`], [`talk`]: what they do
//! - [`wire`]: what goes over their lines

#![allow(clippy::print_stdout, reason = "it prints tables")]

mod outbox;
mod stage;
mod talk;
mod wire;

use bench::{fault_proxy::LinkConditions, rng::SeededRng, site::Result, times::Times};
use outbox::Sent;
use stage::Stage;
use std::time::Duration;
use talk::{Talk, all_arrived, times};
use tokio::{task::JoinSet, time::timeout};
use wire::{Idle, Opening};

/// 400 kilobits a second, and 400 ms for a round trip.
const MOBILE: LinkConditions = LinkConditions { delay: Duration::from_millis(200), rate: 50_000 };
const CUT_REQUESTS: f64 = 0.05;
/// Which requests are cut is the same each time.
const SEED: u64 = 1;
/// What everything may take.
const LONGEST: Duration = Duration::from_secs(6 * 60);

#[tokio::main]
async fn main() -> Result<()> {
    let stage = Stage::set().await?;
    let mut streams = JoinSet::new();
    for (number, person) in stage.people.iter().cloned().enumerate() {
        let rng = SeededRng::for_index(!SEED, number);
        streams.spawn(async move { person.stream.run_until_aborted(rng, |path| person.gets(path), || LONGEST).await });
    }
    tokio::select! {
        ended = timeout(LONGEST, measure(&stage)) => ended?,
        Some(ended) = streams.join_next() => Err(format!("a stream has ended: {ended:?}").into()),
    }
}

async fn measure(stage: &Stage) -> Result<()> {
    let opening = wire::open_thread(stage).await?;
    let idle = stage.idle.clone();
    let idle = tokio::spawn(async move { wire::idle(&idle).await });
    let calm = talk(stage, Talk { name: "Calm", every: Duration::from_secs(1), count: 30 }).await?;
    for (number, person) in (0..).zip(&stage.people) {
        person.proxy.set_conditions(MOBILE);
        person.proxy.drop_requests(CUT_REQUESTS, SEED + number);
    }
    let bad = talk(stage, Talk { name: "Mobile", every: Duration::from_secs(2), count: 30 }).await?;
    for person in &stage.people {
        person.proxy.restore().await?;
    }
    print_times(&[("calm", &times(stage, &calm)), ("400 kb/s, 400 ms, 5 % of requests cut", &times(stage, &bad))]);
    print_wire(&opening, &idle.await??);
    Ok(())
}

/// Everybody talks, until all has arrived.
async fn talk(stage: &Stage, talk: Talk) -> Result<Vec<Sent>> {
    let sent = talk.begin(stage).await??;
    all_arrived(stage).await?;
    Ok(sent)
}

fn print_times(rows: &[(&str, &Times)]) {
    println!("| from Send to the other's stream | messages | p50 ms | p99 ms |");
    println!("|---|---|---|---|");
    for (name, times) in rows {
        println!("| {name} | {} | {:.0} | {:.0} |", times.count(), times.percentile(50), times.percentile(99));
    }
    println!();
}

fn print_wire(opening: &Opening, idle: &Idle) {
    println!("| on the wire | bytes |");
    println!("|---|---|");
    for (path, bytes) in &opening.parts {
        println!("| {path} | {bytes} |");
    }
    println!("| a thread page, cold, with brotli | {} |", opening.carried.down);
    println!("| and what was asked for it | {} |", opening.carried.up);
    let measured = idle.measured.as_secs_f64();
    println!("| an hour of an idle stream, scaled from {measured:.0} s | {:.0} |", idle.in_an_hour());
}
