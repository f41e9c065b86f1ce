//! Row 2: how many events reach streams per second of the server's CPU time. The cost of publishing is excluded as far
//! as possible: nchan receives many channels in one request, and Greenroom's hub receives one bus message for as many
//! people, as when another node reports that someone is typing; the database isn't involved.

use super::memory::stream_request;
use crate::{
    load_generator::{LOAD_CORE, LoadGenerator, MESSAGE_MARK, SERVER_CORE},
    measurement::{Aim, Claim, Row, Sample, Spread},
    peers::nchan::{self, Nchan},
    scale::Scale,
};
use bench::{
    bulk_insert::BulkInsert,
    people,
    process::cpu_seconds,
    site::{PreparedSite, Result},
};
use model::{ConversationId, PersonId, Timestamp, Typing};
use serde_json::json;
use std::time::Instant;
use test_support::nats::NatsServer;

const PEOPLE: usize = 4_000;
const DEVICES: usize = 2;
/// Events per person.
const EVENTS: usize = 50;
/// Channels per request to nchan, and people per bus message.
const AT_ONCE: usize = 100;
/// The NATS subject of Greenroom's bus.
const SUBJECT: &str = "greenroom.notes";
/// What identifies an event on a stream of Greenroom: its name.
const TYPING_MARK: &str = "typing";
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
    let nats = NatsServer::start().await?;
    let prepared = PreparedSite::seed(&[("NATS_URL", &nats.url())])?;
    people::insert_people(&mut BulkInsert::connect_to(&prepared.database_url()).await?, people, DEVICES).await?;
    let site = prepared.start_server(Some(SERVER_CORE)).await?;
    let mut load_generator = LoadGenerator::start_on(Some(LOAD_CORE))?;
    let requests = (0..people * DEVICES).map(|number| stream_request(number / DEVICES, number % DEVICES, None));
    load_generator.open_marked_streams(site.port, TYPING_MARK, requests).await?;
    let (cpu_before, began) = (cpu_seconds(site.id())?, Instant::now());
    let bus = async_nats::connect(&nats.url()).await?;
    let people_ids: Vec<_> = (0..people).map(|number| people::person(number).id).collect();
    // Waits for each round to arrive, because NATS drops messages that a node can't take in time.
    for round in 1..=EVENTS {
        for batch in people_ids.chunks(AT_ONCE) {
            bus.publish(SUBJECT, bus_message(batch)?.into()).await?;
        }
        bus.flush().await?;
        load_generator.wait_marks(people * DEVICES * round).await?;
    }
    let deliveries = people * DEVICES * EVENTS;
    let cpu = cpu_seconds(site.id())? - cpu_before;
    Ok(Sample { value: deliveries as f64 / cpu, cpu, wall: began.elapsed().as_secs_f64() })
}

/// Builds the bus message that a person is typing to all these people. The receiving node encodes the event itself.
fn bus_message(people: &[PersonId]) -> Result<Vec<u8>> {
    let Typing { conversation_id, user_id, .. } = sample_event();
    let typing = json!({ "to": people, "conversation": conversation_id, "by": user_id });
    Ok(serde_json::to_vec(&json!({ "from": uuid::Uuid::nil(), "news": { "Typing": typing } }))?)
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
    // The same data as on a stream of Greenroom.
    let text = format!("{MESSAGE_MARK}{}", serde_json::to_string(&sample_event())?);
    let publications = (0..EVENTS).flat_map(|_| &channels).map(|channels| nchan::publish_request(channels, &text));
    let (cpu_before, began) = (cpu_seconds(server.id())?, Instant::now());
    load_generator.send_each(&[server.port], CONNECTIONS, publications).await?;
    let deliveries = people * DEVICES * EVENTS;
    load_generator.wait_marks(deliveries).await?;
    let cpu = cpu_seconds(server.id())? - cpu_before;
    Ok(Sample { value: deliveries as f64 / cpu, cpu, wall: began.elapsed().as_secs_f64() })
}

fn sample_event() -> Typing {
    Typing {
        conversation_id: ConversationId(people::conversation_id(0)),
        user_id: people::person(0).id,
        until: Timestamp::from_millis(0),
    }
}
