//! Row 5: how long a message takes from Send to the other's stream, at half of what the site can take. A message has to
//! be on the disk before it is told, so what a flush takes is allowed for, twice.

use super::memory::stream;
use crate::{
    arrivals::{Ears, Moments},
    figure::{Aim, Claim, Row, Sample, short},
    load_generator::{LoadGenerator, elapsed_seconds},
    peers::nchan::{self, Nchan},
    scale::Scale,
    sending::{body, send},
    steady::{Questions, Steady},
};
use bench::{
    bulk_insert::BulkInsert,
    latencies::Latencies,
    people,
    process::cpu_seconds,
    site::{PreparedSite, Result, Site},
};
use std::{
    fs::File,
    io::Write,
    sync::Arc,
    time::{Duration, Instant},
};

/// Of these, every second one sends to the next.
const PEOPLE: usize = 128;
const LASTING: Duration = Duration::from_secs(10);
/// Sends by which it is found out how much the site can take.
const ALL_OUT: usize = 4_000;
const CONNECTIONS: usize = 32;
const FLUSHES: usize = 500;
/// As much as is written for a message.
const FLUSHED: [u8; 12 << 10] = [7; 12 << 10];

pub(crate) async fn measure(scale: Scale) -> Result<Row> {
    let site = site().await?;
    let nchan = Nchan::start(None).await?;
    let rate = capacity(scale, &site).await? / 2.0;
    let (mut turns, mut notes) = (Vec::new(), vec![format!("half load: {} messages a second", short(rate))]);
    for _ in 0..scale.rounds() {
        let flush = flushes(scale)?.percentile_millis(99);
        let sends: Questions = Arc::new(|number| send(number % (PEOPLE / 2) * 2, number));
        let streams = (0..PEOPLE / 2).map(|pair| stream(2 * pair + 1, 0, None));
        let (ours, ours_p50) = arrive(scale, site.id(), site.port, rate, streams, sends).await?;
        let published: Questions =
            Arc::new(|number| nchan::publish(&(number % (PEOPLE / 2)).to_string(), &body(number)));
        let streams = (0..PEOPLE / 2).map(nchan::follow);
        let (mut theirs, theirs_p50) = arrive(scale, nchan.id(), nchan.port, rate, streams, published).await?;
        let [own, nchans, flush] = [ours.value, theirs.value, flush].map(short);
        let [p50, their_p50] = [ours_p50, theirs_p50].map(short);
        notes.push(format!("Greenroom {own} ms (median {p50}), nchan {nchans} ms ({their_p50}), a flush {flush} ms"));
        theirs.value += 2.0 * flush.parse::<f64>()?;
        turns.push((ours, theirs));
    }
    let claim = Claim {
        what: "from Send to the other's stream, at half load, 99th percentile".to_owned(),
        unit: "ms",
        against: "nchan, and two flushes",
        aim: Aim::AtMost(1.0),
        turns,
        fault: None,
    };
    Ok(Row { claims: vec![claim], notes })
}

async fn site() -> Result<Site> {
    let prepared = PreparedSite::seed(&[("GREENROOM_SENDS_PER_MINUTE", "1000000")])?;
    people::insert_people(&mut BulkInsert::connect_to(&prepared.database_url()).await?, PEOPLE, 1).await?;
    prepared.start_server(None).await
}

/// How many messages a second the site takes when it is sent as many as it can take.
async fn capacity(scale: Scale, site: &Site) -> Result<f64> {
    let count = scale.of(ALL_OUT);
    let sends = (0..count).map(|number| send(number % PEOPLE, number));
    let answer = LoadGenerator::start_on(None)?.send_each(&[site.port], CONNECTIONS, sends).await?;
    Ok(count as f64 / elapsed_seconds(&answer)?)
}

/// Asks at a steady rate, and gives what it took until the streams had heard of it: the 99th percentile and the median.
async fn arrive(
    scale: Scale,
    server: u32,
    port: u16,
    rate: f64,
    streams: impl Iterator<Item = String>,
    questions: Questions,
) -> Result<(Sample, f64)> {
    let count = (rate * scale.lasting(LASTING).as_secs_f64()) as usize;
    let mut ears = Ears::open(port, streams, count).await?;
    let sent = Moments::room_for(count);
    let noted = sent.clone();
    let (worked, began) = (cpu_seconds(server)?, Instant::now());
    let noting: Questions = Arc::new(move |number| {
        let question = questions(number);
        noted.note(number);
        question
    });
    let steady = Steady::begin(port, CONNECTIONS, rate, noting).await?;
    ears.have_heard(count).await?;
    steady.end().await?;
    let times = ears.heard.after(&sent);
    let sample = Sample {
        value: times.percentile_millis(99),
        cpu: cpu_seconds(server)? - worked,
        wall: began.elapsed().as_secs_f64(),
    };
    Ok((sample, times.percentile_millis(50)))
}

/// What it takes until something is on the disk.
fn flushes(scale: Scale) -> Result<Latencies> {
    let mut file: File = tempfile::tempfile()?;
    let mut times = Latencies::default();
    for _ in 0..scale.of(FLUSHES) {
        file.write_all(&FLUSHED)?;
        let began = Instant::now();
        file.sync_data()?;
        times.record(began.elapsed());
    }
    Ok(times)
}
