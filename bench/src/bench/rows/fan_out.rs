//! Row 2: how many events reach streams per second of the server's CPU time. The cost of publishing is excluded as far
//! as possible: nchan receives many channels in one request, and Greenroom's hub receives one bus message for as many
//! people, as when another node reports that a person went offline; the database isn't involved.

use super::memory::stream_request;
use crate::{
    load_generator::{LOAD_CORE, LoadGenerator, SERVER_CORE},
    measurement::{Aim, Claim, Row, Sample, Spread},
    messages::message_body,
    peers::{
        nats::Nats,
        nchan::{self, Nchan},
    },
    scale::Scale,
};
use bench::{
    bulk_insert::BulkInsert,
    people,
    process::cpu_seconds,
    site::{PreparedSite, Result},
};
use model::PersonId;
use serde_json::json;
use std::time::Instant;

const PEOPLE: usize = 4_000;
const DEVICES: usize = 2;
/// Events per person.
const EVENTS: usize = 50;
/// Channels per request to nchan, and people per bus message.
const AT_ONCE: usize = 100;
/// The NATS subject of Greenroom's bus.
const SUBJECT: &str = "greenroom.notes";
/// Connections that publish to nchan.
const CONNECTIONS: usize = 8;

pub(crate) async fn measure(scale: Scale) -> Result<Row> {
    let (mut rounds, mut single) = (Vec::new(), Vec::new());
    for _ in 0..scale.rounds() {
        let ours = measure_greenroom(scale).await?;
        rounds.push((ours, measure_nchan(scale, AT_ONCE).await?));
        single.push(measure_nchan(scale, 1).await?.value);
    }
    let claim = Claim {
        work: format!("{} streams: deliveries", scale.scale_count(PEOPLE) * DEVICES),
        unit: "a CPU second",
        peer: "nchan",
        aim: Aim::AtLeast(1.7),
        rounds,
        error: None,
    };
    let note = format!("nchan, one channel per request: {} deliveries a CPU second", Spread::of(single));
    Ok(Row { claims: vec![claim], notes: vec![note] })
}

async fn measure_greenroom(scale: Scale) -> Result<Sample> {
    let people = scale.scale_count(PEOPLE);
    let nats = Nats::start().await?;
    let prepared = PreparedSite::seed(&[("NATS_URL", &nats.url)])?;
    people::insert_people(&mut BulkInsert::connect_to(&prepared.database_url()).await?, people, DEVICES).await?;
    let site = prepared.start_server(Some(SERVER_CORE)).await?;
    let mut load_generator = LoadGenerator::start_on(Some(LOAD_CORE))?;
    load_generator
        .open_streams(
            site.port,
            (0..people * DEVICES).map(|number| stream_request(number / DEVICES, number % DEVICES, None)),
        )
        .await?;
    let (cpu_before, began) = (cpu_seconds(site.id())?, Instant::now());
    let bus = async_nats::connect(&nats.url).await?;
    let text = sample_event();
    let people_ids: Vec<_> = (0..people).map(|number| people::person(number).id).collect();
    // Waits for each round to arrive, because NATS drops messages that a node can't take in time.
    for round in 1..=EVENTS {
        for batch in people_ids.chunks(AT_ONCE) {
            bus.publish(SUBJECT, bus_message(batch, &text)?.into()).await?;
        }
        bus.flush().await?;
        load_generator.wait_marks(people * DEVICES * round).await?;
    }
    let deliveries = people * DEVICES * EVENTS;
    let cpu = cpu_seconds(site.id())? - cpu_before;
    Ok(Sample { value: deliveries as f64 / cpu, cpu, wall: began.elapsed().as_secs_f64() })
}

/// Builds the bus message for an ephemeral event: a frame for the streams of all these people.
fn bus_message(people: &[PersonId], text: &str) -> Result<Vec<u8>> {
    let frame = format!("event: message.created\nid: 1\ndata: {text}\n\n");
    let passing = json!({ "people": people, "frame": frame });
    Ok(serde_json::to_vec(&json!({ "from": uuid::Uuid::nil(), "news": { "Passing": passing } }))?)
}

async fn measure_nchan(scale: Scale, at_once: usize) -> Result<Sample> {
    let people = scale.scale_count(PEOPLE);
    let server = Nchan::start(Some(SERVER_CORE)).await?;
    let mut load_generator = LoadGenerator::start_on(Some(LOAD_CORE))?;
    load_generator
        .open_streams(server.port, (0..people * DEVICES).map(|number| nchan::subscribe_request(number / DEVICES)))
        .await?;
    let channels: Vec<String> = (0..people).map(|number| number.to_string()).collect();
    let channels: Vec<String> = channels.chunks(at_once).map(|channels| channels.join(",")).collect();
    let text = sample_event();
    let publications = (0..EVENTS).flat_map(|_| &channels).map(|channels| nchan::publish_request(channels, &text));
    let (cpu_before, began) = (cpu_seconds(server.id())?, Instant::now());
    load_generator.send_each(&[server.port], CONNECTIONS, publications).await?;
    let deliveries = people * DEVICES * EVENTS;
    load_generator.wait_marks(deliveries).await?;
    let cpu = cpu_seconds(server.id())? - cpu_before;
    Ok(Sample { value: deliveries as f64 / cpu, cpu, wall: began.elapsed().as_secs_f64() })
}

/// Returns an event as large as that of a message.
fn sample_event() -> String {
    let id = uuid::Uuid::new_v4();
    let sender = json!({ "id": id, "name": "Person 1", "role": "organizer" });
    let message = json!({
        "id": id, "conversationId": id, "bookingId": id, "seq": 1, "clientId": id, "sender": sender,
        "body": message_body(1), "createdAt": "2026-11-22T14:30:00.000Z",
    });
    json!({ "seq": 1, "at": "2026-11-22T14:30:00.000Z", "type": "message.created", "message": message }).to_string()
}
