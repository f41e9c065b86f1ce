//! Row 5: latency from Send to the other person's stream at half of the site's capacity. Greenroom commits a message to
//! disk before it publishes it, so the peer's time is increased by that of two flushes.

use super::memory::stream_request;
use crate::{
    load_generator::{LoadGenerator, elapsed_seconds},
    measurement::{Aim, Claim, Row, Sample, format_short},
    messages::{message_body, message_request},
    peers::nchan::{self, Nchan},
    scale::Scale,
    steady_load::{RequestFactory, SteadyLoad},
    stream_readers::{MessageTimes, StreamReaders},
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

/// Every second person sends to the next one.
const PEOPLE: usize = 128;
const DURATION: Duration = Duration::from_secs(10);
/// Number of sends that measure the site's capacity.
const CAPACITY_SENDS: usize = 4_000;
const CONNECTIONS: usize = 32;
const FLUSHES: usize = 500;
/// As many bytes as SQLite writes per message.
const FLUSH_BYTES: [u8; 12 << 10] = [7; 12 << 10];

pub(crate) async fn measure(scale: Scale) -> Result<Row> {
    let site = start_site().await?;
    let nchan = Nchan::start(None).await?;
    let rate = measure_capacity(scale, &site).await? / 2.0;
    let (mut rounds, mut notes) = (Vec::new(), vec![format!("half load: {} messages a second", format_short(rate))]);
    for _ in 0..scale.rounds() {
        let flush = measure_flushes(scale)?.percentile_millis(99);
        let sends: RequestFactory = Arc::new(|number| message_request(number % (PEOPLE / 2) * 2, number));
        let streams = (0..PEOPLE / 2).map(|pair| stream_request(2 * pair + 1, 0, None));
        let (ours, ours_p50) = measure_delivery(scale, site.id(), site.port, rate, streams, sends).await?;
        let published: RequestFactory =
            Arc::new(|number| nchan::publish_request(&(number % (PEOPLE / 2)).to_string(), &message_body(number)));
        let streams = (0..PEOPLE / 2).map(nchan::subscribe_request);
        let (mut theirs, theirs_p50) =
            measure_delivery(scale, nchan.id(), nchan.port, rate, streams, published).await?;
        let [own, nchans, flush] = [ours.value, theirs.value, flush].map(format_short);
        let [p50, their_p50] = [ours_p50, theirs_p50].map(format_short);
        notes.push(format!("Greenroom {own} ms (median {p50}), nchan {nchans} ms ({their_p50}), a flush {flush} ms"));
        theirs.value += 2.0 * flush.parse::<f64>()?;
        rounds.push((ours, theirs));
    }
    let claim = Claim {
        work: "from Send to the other's stream, at half load, 99th percentile".to_owned(),
        unit: "ms",
        peer: "nchan, and two flushes",
        aim: Aim::AtMost(1.0),
        rounds,
        error: None,
    };
    Ok(Row { claims: vec![claim], notes })
}

async fn start_site() -> Result<Site> {
    let prepared = PreparedSite::seed(&[("GREENROOM_SENDS_PER_MINUTE", "1000000")])?;
    people::insert_people(&mut BulkInsert::connect_to(&prepared.database_url()).await?, PEOPLE, 1).await?;
    prepared.start_server(None).await
}

/// Measures how many messages per second the site accepts at full load.
async fn measure_capacity(scale: Scale, site: &Site) -> Result<f64> {
    let count = scale.scale_count(CAPACITY_SENDS);
    let sends = (0..count).map(|number| message_request(number % PEOPLE, number));
    let answer = LoadGenerator::start_on(None)?.send_each(&[site.port], CONNECTIONS, sends).await?;
    Ok(count as f64 / elapsed_seconds(&answer)?)
}

/// Sends requests at a steady rate, and measures the time until the streams have received them: a sample with the 99th
/// percentile, and the median.
async fn measure_delivery(
    scale: Scale,
    server: u32,
    port: u16,
    rate: f64,
    streams: impl Iterator<Item = String>,
    requests: RequestFactory,
) -> Result<(Sample, f64)> {
    let count = (rate * scale.scale_duration(DURATION).as_secs_f64()) as usize;
    let mut readers = StreamReaders::open_streams(port, streams, count).await?;
    let sent = MessageTimes::with_capacity(count);
    let recorded = sent.clone();
    let (cpu_before, began) = (cpu_seconds(server)?, Instant::now());
    let recording: RequestFactory = Arc::new(move |number| {
        let request = requests(number);
        recorded.record_now(number);
        request
    });
    let steady = SteadyLoad::start_load(port, CONNECTIONS, rate, recording).await?;
    readers.wait_received(count).await?;
    steady.stop_and_collect().await?;
    let times = readers.received.latencies_since(&sent);
    let sample = Sample {
        value: times.percentile_millis(99),
        cpu: cpu_seconds(server)? - cpu_before,
        wall: began.elapsed().as_secs_f64(),
    };
    Ok((sample, times.percentile_millis(50)))
}

/// Measures how long a flush to disk takes.
fn measure_flushes(scale: Scale) -> Result<Latencies> {
    let mut file: File = tempfile::tempfile()?;
    let mut times = Latencies::default();
    for _ in 0..scale.scale_count(FLUSHES) {
        file.write_all(&FLUSH_BYTES)?;
        let began = Instant::now();
        file.sync_data()?;
        times.record(began.elapsed());
    }
    Ok(times)
}
