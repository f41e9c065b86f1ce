//! Measures sign-ins, and how a burst of failing sign-ins affects people who are sending: messages go out at 100 per
//! second, in alternating rounds without and with 50 failing sign-ins per second from as many addresses.
//!
//! `cargo run -p bench --bin sign-in-burst`, after `bin/build`. The measured server is the built program.

#![allow(clippy::print_stdout, reason = "it prints a table")]

use bench::{
    latencies::Latencies,
    site::{PASSWORD, Result, Site},
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
/// Duration of a round, and how many rounds each side has.
const ROUND_DURATION: Duration = Duration::from_secs(8);
const ROUNDS: usize = 3;
const SENDS_PER_SECOND: u32 = 100;
const WRONG_SIGN_INS_PER_SECOND: u32 = 50;

#[tokio::main]
async fn main() -> Result<()> {
    let settings = [("GREENROOM_TRUSTED_PROXIES", "127.0.0.1"), ("GREENROOM_SENDS_PER_MINUTE", "1000000")];
    let site = Arc::new(Site::start(&settings).await?);
    let sign_ins_alone = measure_sign_ins(&site, 30).await?;
    println!(
        "sign-in, alone: p50 {:.1} ms, p99 {:.1} ms",
        sign_ins_alone.percentile_millis(50),
        sign_ins_alone.percentile_millis(99)
    );

    let (mut calm, mut in_burst, mut sign_ins_in_burst) =
        (Latencies::default(), Latencies::default(), Latencies::default());
    let statuses = Arc::new(Mutex::new(BTreeMap::new()));
    for _ in 0..ROUNDS {
        calm.extend(send_messages(&site).await?);
        let burst = spawn_wrong_sign_ins(site.clone(), statuses.clone());
        in_burst.extend(send_messages(&site).await?);
        sign_ins_in_burst.extend(measure_sign_ins(&site, 5).await?);
        burst.abort();
    }
    println!("failing sign-ins, {WRONG_SIGN_INS_PER_SECOND}/s, answered: {:?}", statuses.lock().await);
    println!(
        "sign-in, in the burst: p50 {:.1} ms of {} that succeeded",
        sign_ins_in_burst.percentile_millis(50),
        sign_ins_in_burst.count()
    );
    println!("| sends, {SENDS_PER_SECOND}/s | count | p50 ms | p99 ms |");
    println!("|---|---|---|---|");
    for (name, times) in [("calm", &calm), ("burst", &in_burst)] {
        println!(
            "| {name} | {} | {:.2} | {:.2} |",
            times.count(),
            times.percentile_millis(50),
            times.percentile_millis(99)
        );
    }
    println!("p99, burst / calm: {:.2}", in_burst.percentile_millis(99) / calm.percentile_millis(99));
    Ok(())
}

/// Signs in `count` times, one after the other. Rate-limited attempts aren't counted.
async fn measure_sign_ins(site: &Site, count: usize) -> Result<Latencies> {
    let mut times = Latencies::default();
    for _ in 0..count {
        let began = Instant::now();
        if site.sign_in(TALENT, PASSWORD, "192.0.2.2").await?.status() == 200 {
            times.record(began.elapsed());
        }
    }
    Ok(times)
}

/// Sends messages at a steady rate for one round, independent of earlier responses.
async fn send_messages(site: &Arc<Site>) -> Result<Latencies> {
    let cookie = site.sign_in_cookie(ORGANIZER).await?;
    let conversation = site.first_conversation(&cookie).await?;
    let (mut sends, mut ticks) = (JoinSet::new(), ticks_per_second(SENDS_PER_SECOND));
    let began = Instant::now();
    while began.elapsed() < ROUND_DURATION {
        ticks.tick().await;
        let body = json!({ "conversationId": conversation, "body": "Habari", "clientId": uuid::Uuid::new_v4() });
        let request = site.client.post(format!("{}/api/messages", site.url)).header("cookie", &cookie).json(&body);
        sends.spawn(async move {
            let began = Instant::now();
            request.send().await?.error_for_status()?;
            reqwest::Result::Ok(began.elapsed())
        });
    }
    let mut times = Latencies::default();
    while let Some(sent) = sends.join_next().await {
        times.record(sent??);
    }
    Ok(times)
}

/// Sends failing sign-ins until aborted, each for another account and from another address.
fn spawn_wrong_sign_ins(site: Arc<Site>, statuses: Arc<Mutex<BTreeMap<u16, usize>>>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let (mut guesses, mut ticks) = (JoinSet::new(), ticks_per_second(WRONG_SIGN_INS_PER_SECOND));
        for number in 0_u32.. {
            ticks.tick().await;
            let (site, statuses) = (site.clone(), statuses.clone());
            guesses.spawn(async move {
                let [_, b, c, d] = number.to_be_bytes();
                let email = format!("guess{number}@example.com");
                if let Ok(response) = site.sign_in(&email, "wrong", &format!("10.{b}.{c}.{d}")).await {
                    *statuses.lock().await.entry(response.status().as_u16()).or_default() += 1;
                }
            });
        }
    })
}

fn ticks_per_second(count: u32) -> tokio::time::Interval {
    let mut ticks = interval(Duration::from_secs(1) / count);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    ticks
}
