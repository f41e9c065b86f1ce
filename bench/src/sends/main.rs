//! Whether what is sent arrives once, in order, and is never lost: people at browsers talk over bad lines to a site
//! that is killed again and again. And how long it takes, and how much goes over the line.
//!
//! `cargo run -p bench --bin sends [SENDS [SEED]]`, after `bin/build`: 10,000 and another seed each time, if nothing
//! is said. What is measured is the built program; this one only asks. A seed brings the same troubles again, though
//! not the same moment of each message. It fails where anything was lost, doubled or out of order.
//!
//! # Layout
//! - this file: one talk after the other, and the tables
//! - [`stage`]: who talks with whom
//! - [`outbox`], [`ear`], [`frames`]: a browser's two sides
//! - [`talk`], [`storm`]: what they do, and what goes wrong
//! - [`verdict`], [`wire`]: what came of it

#![allow(clippy::print_stdout, reason = "it prints tables")]

mod ear;
mod frames;
mod outbox;
mod stage;
mod storm;
mod talk;
mod verdict;
mod wire;

use bench::{dice::Dice, line::Pace, site::Result, times::Times};
use outbox::Sent;
use stage::Stage;
use std::{env, process::ExitCode, time::Duration};
use storm::Storm;
use talk::{Talk, all_arrived, times};
use tokio::{task::JoinSet, time::timeout};
use verdict::Verdict;
use wire::{Idle, Opening};

const SENDS: usize = 10_000;
const KILLS: u32 = 20;
/// All write at the same moments, so that there is much to break.
const BEAT: Duration = Duration::from_millis(200);
/// 400 kilobits a second, and 400 ms for a round trip.
const MOBILE: Pace = Pace { delay: Duration::from_millis(200), rate: 50_000 };
const CUT_REQUESTS: f64 = 0.05;
/// What everything but the storm may take.
const REST: Duration = Duration::from_secs(6 * 60);

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let mut arguments = env::args().skip(1);
    let sends = arguments.next().map_or(Ok(SENDS), |sends| sends.parse())?;
    let by_chance = || uuid::Uuid::new_v4().as_u64_pair().0 % 1_000_000;
    let seed = arguments.next().map_or_else(|| Ok(by_chance()), |seed| seed.parse())?;
    println!("Seed {seed}\n");

    let mut stage = Stage::set().await?;
    let mut streams = JoinSet::new();
    for (number, person) in stage.people.iter().cloned().enumerate() {
        let dice = Dice::of(!seed, number);
        streams.spawn(async move { ear::follow(&person, dice).await });
    }
    let sides = 2 * stage.conversations.len();
    let storm = Talk { name: "Storm", every: BEAT, count: sends.div_ceil(sides), at_once: true };
    let verdict = tokio::select! {
        ended = timeout(REST + storm.lasts(), measure(&mut stage, storm, seed)) => ended??,
        Some(ended) = streams.join_next() => return Err(format!("a stream has ended: {ended:?}").into()),
    };
    Ok(if verdict.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn measure(stage: &mut Stage, storm: Talk, seed: u64) -> Result<Verdict> {
    let opening = wire::open_thread(stage).await?;
    let mut sent = talk_in_storm(stage, storm, seed).await?;
    all_arrived(stage).await?;

    let idle = stage.idle.clone();
    let idle = tokio::spawn(async move { wire::idle(&idle).await });
    let quiet = Talk { name: "Calm", every: Duration::from_secs(1), count: 30, at_once: false };
    let calm = talk(stage, quiet).await?;
    for (number, person) in stage.people.iter().enumerate() {
        person.line.slow(MOBILE);
        person.line.gamble(CUT_REQUESTS, seed + number as u64);
    }
    let bad = talk(stage, Talk { name: "Mobile", every: Duration::from_secs(2), count: 30, at_once: false }).await?;
    for person in &stage.people {
        person.line.restore().await?;
    }
    print_times(&[("calm", &times(stage, &calm)), ("400 kb/s, 400 ms, 5 % of requests cut", &times(stage, &bad))]);
    print_wire(&opening, &idle.await??);

    sent.extend(calm.into_iter().chain(bad));
    let verdict = Verdict::on(stage, &sent).await?;
    print_verdict(&sent, &verdict);
    Ok(verdict)
}

/// Everybody talks, until all has arrived.
async fn talk(stage: &Stage, talk: Talk) -> Result<Vec<Sent>> {
    let sent = talk.begin(stage).await??;
    all_arrived(stage).await?;
    Ok(sent)
}

/// Everybody talks over bad lines, with a site that is killed.
async fn talk_in_storm(stage: &mut Stage, talk: Talk, seed: u64) -> Result<Vec<Sent>> {
    let lasts = talk.lasts();
    let storm = Storm::rise(&stage.people, seed);
    let writing = talk.begin(stage);
    storm::kill(&mut stage.site, KILLS, lasts, BEAT, Dice::of(seed, usize::MAX)).await?;
    let sent = writing.await??;
    let troubles = storm.calm().await?;
    let tried: u32 = sent.iter().map(|sent| sent.tries - 1).sum();
    let before = sent.iter().filter(|sent| sent.arrived_before).count();
    let count = sent.len();
    println!("{count} sends in a storm of {:.0} s, with {KILLS} kills and {troubles:?}:", lasts.as_secs_f64());
    println!("{tried} tries had no answer; {before} of those messages had arrived all the same.\n");
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
    println!("| an hour of an idle stream, scaled from {measured:.0} s | {:.0} |\n", idle.in_an_hour());
}

fn print_verdict(sent: &[Sent], Verdict { lost, doubled, out_of_order }: &Verdict) {
    println!("| sent and acknowledged | lost | doubled | out of order |");
    println!("|---|---|---|---|");
    println!("| {} | {lost} | {doubled} | {out_of_order} |", sent.len());
}
