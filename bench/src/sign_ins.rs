//! What a sign-in costs, and what a storm of wrong ones costs those who are talking: a conversation goes on at 100
//! messages a second, in turns calm and while 50 wrong sign-ins a second arrive from as many addresses.
//!
//! `cargo run -p bench --bin sign-ins`, after `bin/build`. What is measured is the built program; this one only asks.

#![allow(clippy::print_stdout, reason = "it prints a table")]

use bench::{
    site::{PASSWORD, Result, Site},
    times::Times,
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::Mutex,
    task::{JoinHandle, JoinSet},
    time::{MissedTickBehavior, interval},
};

const ORGANIZER: &str = "contact@eventpro.ke";
const TALENT: &str = "sarah.photographer@example.com";
/// How long each turn lasts, and how often the two take turns.
const TURN: Duration = Duration::from_secs(8);
const TURNS: usize = 3;
const SENDS_A_SECOND: u32 = 100;
const WRONG_A_SECOND: u32 = 50;

#[tokio::main]
async fn main() -> Result<()> {
    let settings = [("GREENROOM_TRUSTED_PROXIES", "127.0.0.1"), ("GREENROOM_SENDS_PER_MINUTE", "1000000")];
    let site = Arc::new(Site::start(&settings).await?);
    let alone = signing_in(&site, 30).await?;
    println!("sign-in, alone: p50 {:.1} ms, p99 {:.1} ms", alone.percentile(50), alone.percentile(99));

    let (mut calm, mut stormy, mut welcome) = (Times::default(), Times::default(), Times::default());
    let answers = Arc::new(Mutex::new(BTreeMap::new()));
    for _ in 0..TURNS {
        calm.extend(talk(&site).await?);
        let storm = storm(site.clone(), answers.clone());
        stormy.extend(talk(&site).await?);
        welcome.extend(signing_in(&site, 5).await?);
        storm.abort();
    }
    println!("wrong sign-ins, {WRONG_A_SECOND}/s, answered: {:?}", answers.lock().await);
    println!("sign-in, in the storm: p50 {:.1} ms of {} that got in", welcome.percentile(50), welcome.count());
    println!("| sends, {SENDS_A_SECOND}/s | count | p50 ms | p99 ms |");
    println!("|---|---|---|---|");
    for (name, times) in [("calm", &calm), ("stormy", &stormy)] {
        println!("| {name} | {} | {:.2} | {:.2} |", times.count(), times.percentile(50), times.percentile(99));
    }
    println!("p99, stormy / calm: {:.2}", stormy.percentile(99) / calm.percentile(99));
    Ok(())
}

/// Signs in so often, one after the other. What is refused for now isn't counted.
async fn signing_in(site: &Site, count: usize) -> Result<Times> {
    let mut times = Times::default();
    for _ in 0..count {
        let began = Instant::now();
        if site.sign_in(TALENT, PASSWORD, "192.0.2.2").await?.status() == 200 {
            times.add(began.elapsed());
        }
    }
    Ok(times)
}

/// Sends messages at a steady rate for a turn, whether or not those before were answered.
async fn talk(site: &Arc<Site>) -> Result<Times> {
    let cookie = site.cookie(ORGANIZER).await?;
    let conversation = site.conversation(&cookie).await?;
    let (mut sends, mut ticks) = (JoinSet::new(), every(SENDS_A_SECOND));
    let began = Instant::now();
    while began.elapsed() < TURN {
        ticks.tick().await;
        let body = json!({ "conversationId": conversation, "body": "Habari", "clientId": uuid::Uuid::new_v4() });
        let request = site.client.post(format!("{}/api/messages", site.url)).header("cookie", &cookie).json(&body);
        sends.spawn(async move {
            let began = Instant::now();
            request.send().await?.error_for_status()?;
            reqwest::Result::Ok(began.elapsed())
        });
    }
    let mut times = Times::default();
    while let Some(sent) = sends.join_next().await {
        times.add(sent??);
    }
    Ok(times)
}

/// Wrong sign-ins, each for another account and from another address, until aborted.
fn storm(site: Arc<Site>, answers: Arc<Mutex<BTreeMap<u16, usize>>>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let (mut guesses, mut ticks) = (JoinSet::new(), every(WRONG_A_SECOND));
        for number in 0_u32.. {
            ticks.tick().await;
            let (site, answers) = (site.clone(), answers.clone());
            guesses.spawn(async move {
                let [_, b, c, d] = number.to_be_bytes();
                let email = format!("guess{number}@example.com");
                if let Ok(answer) = site.sign_in(&email, "wrong", &format!("10.{b}.{c}.{d}")).await {
                    *answers.lock().await.entry(answer.status().as_u16()).or_default() += 1;
                }
            });
        }
    })
}

fn every(a_second: u32) -> tokio::time::Interval {
    let mut ticks = interval(Duration::from_secs(1) / a_second);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    ticks
}
