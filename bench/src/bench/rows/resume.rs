//! Row 8: all streams are cut at the same time and reconnect, each with events to catch up on, while other people keep
//! sending.

use super::memory::stream_request;
use crate::{
    load_generator::LoadGenerator,
    measurement::{Aim, Claim, Row, Sample},
    messages::{message_body, message_request},
    peers::nchan::{self, Nchan},
    scale::Scale,
    steady_load::SteadyLoad,
};
use bench::{
    bulk_insert::BulkInsert,
    history, people,
    process::cpu_seconds,
    site::{PreparedSite, Result, Site},
};
use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use test_support::ports::free_port;

const STREAMS: usize = 10_000;
const DEVICES: usize = 2;
/// People without a stream who send messages.
const SENDING: usize = 64;
const SENDS_PER_SECOND: f64 = 100.0;
/// How long they send before the burst, for comparison.
const CALM: Duration = Duration::from_secs(10);
/// The metric that counts database queries.
const QUERIES: &str = "greenroom_database_queries_total";

/// How Greenroom handled one burst of reconnects.
struct ReconnectBurst {
    sample: Sample,
    /// 99th percentiles of the send latency in milliseconds: during the burst, and before it.
    sends: [f64; 2],
    /// Database queries per resumed stream, if the site has the metric.
    queries: Option<f64>,
}

pub(crate) async fn measure(scale: Scale) -> Result<Row> {
    let (mut times, mut sends, mut queries) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..scale.rounds() {
        let burst = measure_greenroom(scale).await?;
        times.push((burst.sample, measure_nchan(scale).await?));
        sends.push((Sample::of(burst.sends[0]), Sample::of(burst.sends[1])));
        queries.extend(burst.queries.map(|queries| (Sample::of(queries), Sample::of(1.0))));
    }
    let streams = scale.scale_count(STREAMS);
    let error = queries.is_empty().then(|| format!("the site has no metric {QUERIES}"));
    let claim = |work: String, unit, peer, most, rounds, error| Claim {
        work,
        unit,
        peer,
        aim: Aim::AtMost(most),
        rounds,
        error,
    };
    let claims = vec![
        claim(format!("{streams} streams cut: until all have caught up"), "s", "nchan", 1.0, times, None),
        claim("database queries".to_owned(), "a resume", "one a resume", 0.02, queries, error),
        claim("sending during the burst, 99th percentile".to_owned(), "ms", "in calm", 2.0, sends, None),
    ];
    Ok(Row { claims, notes: Vec::new() })
}

async fn measure_greenroom(scale: Scale) -> Result<ReconnectBurst> {
    let people = scale.scale_count(STREAMS) / DEVICES;
    let metrics = free_port()?;
    let address = format!("127.0.0.1:{metrics}");
    let prepared = PreparedSite::seed(&[("METRICS_ADDR", &address), ("GREENROOM_SENDS_PER_MINUTE", "1000000")])?;
    let mut inserts = BulkInsert::connect_to(&prepared.database_url()).await?;
    people::insert_people(&mut inserts, people + SENDING, DEVICES).await?;
    for pair in 0..people / 2 {
        history::insert_history(&mut inserts, pair, 1).await?;
    }
    drop(inserts);
    let site = prepared.start_server(None).await?;
    let requests =
        |after| (0..people * DEVICES).map(move |number| stream_request(number / DEVICES, number % DEVICES, after));
    let mut load_generator = LoadGenerator::start_on(None)?;
    load_generator.open_streams(site.port, requests(None)).await?;

    let sending = || {
        SteadyLoad::start_load(
            site.port,
            SENDING,
            SENDS_PER_SECOND,
            Arc::new(move |number| message_request(people + number % SENDING, number)),
        )
    };
    let calm = sending().await?;
    tokio::time::sleep(scale.scale_duration(CALM)).await;
    let calm = calm.stop_and_collect().await?;
    let in_burst = sending().await?;
    let cpu_before = cpu_seconds(site.id())?;
    let seconds = load_generator.resume_streams(requests(Some(0))).await?;
    let sample = Sample { value: seconds, cpu: cpu_seconds(site.id())? - cpu_before, wall: seconds };
    let in_burst = in_burst.stop_and_collect().await?;
    // Repeats the burst without senders, whose queries would be counted too.
    let before = count_queries(&site, metrics).await?;
    load_generator.resume_streams(requests(Some(0))).await?;
    let after = count_queries(&site, metrics).await?;
    let queries = before.zip(after).map(|(before, after)| (after - before) / (people * DEVICES) as f64);
    Ok(ReconnectBurst { sample, sends: [in_burst.percentile_millis(99), calm.percentile_millis(99)], queries })
}

async fn measure_nchan(scale: Scale) -> Result<Sample> {
    let people = scale.scale_count(STREAMS) / DEVICES;
    let before = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() - 60;
    let server = Nchan::start(None).await?;
    let mut load_generator = LoadGenerator::start_on(None)?;
    load_generator
        .open_streams(server.port, (0..people * DEVICES).map(|number| nchan::subscribe_request(number / DEVICES)))
        .await?;
    load_generator
        .send_each(
            &[server.port],
            8,
            (0..people).map(|channel| nchan::publish_request(&channel.to_string(), &message_body(1))),
        )
        .await?;
    let (cpu_before, began) = (cpu_seconds(server.id())?, Instant::now());
    let seconds = load_generator
        .resume_streams((0..people * DEVICES).map(|number| nchan::resume_request(number / DEVICES, before)))
        .await?;
    Ok(Sample { value: seconds, cpu: cpu_seconds(server.id())? - cpu_before, wall: began.elapsed().as_secs_f64() })
}

/// Returns the number of database queries so far, if the site has the metric.
async fn count_queries(site: &Site, metrics: u16) -> Result<Option<f64>> {
    let text = site.client.get(format!("http://127.0.0.1:{metrics}/metrics")).send().await?.text().await?;
    let line = text.lines().find_map(|line| line.strip_prefix(QUERIES));
    Ok(line.map(|value| value.trim().parse()).transpose()?)
}
