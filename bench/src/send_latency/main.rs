//! Measures the latency from Send to the other person's stream, and the bytes on the wire. The chaos test checks
//! whether messages are lost.
//!
//! `cargo run -p bench --bin send-latency`, after `bin/build`. The measured server is the built program.
//!
//! # Layout
//! - this file: the rounds of traffic, and the tables
//! - [`scenario`]: the people and their conversations
//! - [`outbox`], [`traffic`]: how they send
//! - [`bandwidth`]: the bytes on the wire

#![allow(clippy::print_stdout, reason = "it prints tables")]

mod bandwidth;
mod outbox;
mod scenario;
mod traffic;

use bandwidth::{IdleStream, PageLoad};
use bench::{fault_proxy::LinkConditions, latencies::Latencies, site::Result};
use outbox::SentMessage;
use scenario::Scenario;
use std::time::Duration;
use test_support::rng::SeededRng;
use tokio::{task::JoinSet, time::timeout};
use traffic::{Traffic, delivery_latencies, wait_all_received};

/// 400 kbit/s, and a round trip of 400 ms.
const MOBILE_LINK: LinkConditions = LinkConditions { delay: Duration::from_millis(200), rate: 50_000 };
const DROP_PROBABILITY: f64 = 0.05;
/// Fixed, so that the same requests are dropped in each run.
const SEED: u64 = 1;
/// How long the whole program may take.
const RUN_TIMEOUT: Duration = Duration::from_secs(6 * 60);

#[tokio::main]
async fn main() -> Result<()> {
    let scenario = Scenario::start().await?;
    let mut streams = JoinSet::new();
    for (number, person) in scenario.people.iter().cloned().enumerate() {
        let rng = SeededRng::for_index(!SEED, number);
        streams
            .spawn(async move { person.stream.run_until_aborted(rng, |path| person.get(path), || RUN_TIMEOUT).await });
    }
    tokio::select! {
        ended = timeout(RUN_TIMEOUT, measure(&scenario)) => ended?,
        Some(ended) = streams.join_next() => Err(format!("a stream has ended: {ended:?}").into()),
    }
}

async fn measure(scenario: &Scenario) -> Result<()> {
    let page_load = bandwidth::measure_page_load(scenario).await?;
    let idle = scenario.idle.clone();
    let idle = tokio::spawn(async move { bandwidth::measure_idle_stream(&idle).await });
    let calm = run_traffic(scenario, Traffic { name: "Calm", every: Duration::from_secs(1), count: 30 }).await?;
    for (number, person) in (0..).zip(&scenario.people) {
        person.proxy.set_conditions(MOBILE_LINK);
        person.proxy.drop_requests(DROP_PROBABILITY, SEED + number);
    }
    let mobile = run_traffic(scenario, Traffic { name: "Mobile", every: Duration::from_secs(2), count: 30 }).await?;
    for person in &scenario.people {
        person.proxy.restore().await?;
    }
    print_latencies(&[
        ("calm", &delivery_latencies(scenario, &calm)),
        ("400 kb/s, 400 ms, 5 % of requests dropped", &delivery_latencies(scenario, &mobile)),
    ]);
    print_bandwidth(&page_load, &idle.await??);
    Ok(())
}

/// Sends messages in all conversations, and waits until all have arrived.
async fn run_traffic(scenario: &Scenario, traffic: Traffic) -> Result<Vec<SentMessage>> {
    let sent = traffic.spawn_senders(scenario).await??;
    wait_all_received(scenario).await?;
    Ok(sent)
}

fn print_latencies(rows: &[(&str, &Latencies)]) {
    println!("| from Send to the other's stream | messages | p50 ms | p99 ms |");
    println!("|---|---|---|---|");
    for (name, times) in rows {
        println!(
            "| {name} | {} | {:.0} | {:.0} |",
            times.count(),
            times.percentile_millis(50),
            times.percentile_millis(99)
        );
    }
    println!();
}

fn print_bandwidth(page_load: &PageLoad, idle: &IdleStream) {
    println!("| on the wire | bytes |");
    println!("|---|---|");
    for (path, bytes) in &page_load.parts {
        println!("| {path} | {bytes} |");
    }
    println!("| a thread page, cold, with brotli | {} |", page_load.bytes.down);
    println!("| its requests | {} |", page_load.bytes.up);
    let measured = idle.measured.as_secs_f64();
    println!("| an hour of an idle stream, scaled from {measured:.0} s | {:.0} |", idle.bytes_per_hour());
}
