//! Row 1: memory of an idle stream.

use crate::{
    load_generator::LoadGenerator,
    measurement::{Aim, Claim, Row, Sample, Spread},
    peers::{
        baseline::Baseline,
        nchan::{self, Nchan},
    },
    scale::Scale,
};
use bench::{
    bulk_insert::BulkInsert,
    http_client, people,
    process::{cpu_seconds, memory_bytes},
    site::{PreparedSite, Result},
};
use std::time::{Duration, Instant};

const STREAMS: usize = 10_000;
/// Devices per person.
const DEVICES: usize = 2;
/// Idle time before the measurement: longer than the heartbeat interval.
const IDLE: Duration = Duration::from_secs(20);

pub(crate) async fn measure(scale: Scale) -> Result<Row> {
    let (mut rounds, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..scale.rounds() {
        rounds.push((measure_greenroom(scale).await?, measure_nchan(scale).await?));
        plain.push(measure_baseline(scale).await?.value);
    }
    let claim = Claim {
        work: format!("{} idle streams: memory of each", scale.scale_count(STREAMS)),
        unit: "KiB",
        peer: "nchan",
        aim: Aim::AtMost(0.2),
        rounds,
        error: None,
    };
    let note = format!("plain axum, `Sse` over a broadcast channel: {} KiB", Spread::of(plain));
    Ok(Row { claims: vec![claim], notes: vec![note] })
}

async fn measure_greenroom(scale: Scale) -> Result<Sample> {
    let people = scale.scale_count(STREAMS) / DEVICES;
    let prepared = PreparedSite::seed(&[])?;
    people::insert_people(&mut BulkInsert::connect_to(&prepared.database_url()).await?, people, DEVICES).await?;
    let site = prepared.start_server(None).await?;
    let request = |number: usize| stream_request(number / DEVICES, number % DEVICES, None);
    measure_stream_memory(scale, site.id(), site.port, request).await
}

async fn measure_nchan(scale: Scale) -> Result<Sample> {
    let server = Nchan::start(None).await?;
    measure_stream_memory(scale, server.id(), server.port, |number| nchan::subscribe_request(number / DEVICES)).await
}

async fn measure_baseline(scale: Scale) -> Result<Sample> {
    let page = tempfile::NamedTempFile::new()?;
    let server = Baseline::start(None, page.path(), None).await?;
    measure_stream_memory(scale, server.id(), server.port, |_| http_client::get_request("/events", &[])).await
}

/// Builds the request for a person's event stream by one of their sessions, optionally after a sequence number.
pub(super) fn stream_request(person: usize, session: usize, after: Option<i64>) -> String {
    let (cookie, after) = (people::session_cookie(person, session), after.map(|after| after.to_string()));
    let mut head = vec![("cookie", cookie.as_str()), ("accept", "text/event-stream")];
    head.extend(after.as_deref().map(|after| ("last-event-id", after)));
    http_client::get_request("/api/events", &head)
}

/// Measures how much memory each of the streams adds to a server, in KiB.
async fn measure_stream_memory(
    scale: Scale,
    server: u32,
    port: u16,
    request: impl Fn(usize) -> String,
) -> Result<Sample> {
    let count = scale.scale_count(STREAMS);
    let mut load_generator = LoadGenerator::start_on(None)?;
    // The first stream allocates what all streams share.
    load_generator.open_streams(port, [request(0)]).await?;
    let (before, cpu_before) = (memory_bytes(server)?, cpu_seconds(server)?);
    let began = Instant::now();
    load_generator.open_streams(port, (0..count).map(request)).await?;
    tokio::time::sleep(scale.scale_duration(IDLE)).await;
    let more = memory_bytes(server)?.saturating_sub(before) as f64 / 1_024.0;
    Ok(Sample {
        value: more / count as f64,
        cpu: cpu_seconds(server)? - cpu_before,
        wall: began.elapsed().as_secs_f64(),
    })
}
