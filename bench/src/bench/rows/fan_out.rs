//! Row 2: how many events reach streams for a second of the server's processor time. What brings the events is left
//! out as far as can be: nchan is told of many channels in one request, and Greenroom's hub is told directly.

use super::memory::stream;
use crate::{
    crowd::{CROWDS_CORE, Crowd, SERVERS_CORE},
    figure::{Aim, Claim, Row, Sample, Spread},
    peers::nchan::{self, Nchan},
    scale::Scale,
    sending::body,
};
use bench::{
    fill::Fill,
    people,
    process::cpu,
    site::{Ground, Result, Site},
};
use serde_json::json;
use std::time::Instant;

const PEOPLE: usize = 4_000;
const DEVICES: usize = 2;
/// Events for each person.
const EVENTS: usize = 50;
/// Channels that nchan is told of at once.
const AT_ONCE: usize = 100;
/// Connections they are told on.
const CONNECTIONS: usize = 8;

pub(crate) async fn measure(scale: Scale) -> Result<Row> {
    let (mut turns, mut single, mut fault) = (Vec::new(), Vec::new(), None);
    for _ in 0..scale.rounds() {
        let ours = greenroom(scale).await.unwrap_or_else(|error| {
            fault = Some(error.to_string());
            Sample::of(f64::NAN)
        });
        turns.push((ours, nchan(scale, AT_ONCE).await?));
        single.push(nchan(scale, 1).await?.value);
    }
    let claim = Claim {
        what: format!("{} streams: deliveries", scale.of(PEOPLE) * DEVICES),
        unit: "a CPU second",
        against: "nchan",
        aim: Aim::AtLeast(1.7),
        turns,
        fault,
    };
    let note = format!("nchan, told of one channel a request: {} deliveries a CPU second", Spread::of(single));
    Ok(Row { claims: vec![claim], notes: vec![note] })
}

async fn greenroom(scale: Scale) -> Result<Sample> {
    let people = scale.of(PEOPLE);
    let ground = Ground::lay(&[])?;
    people::settle(&mut Fill::open(&ground.database()).await?, people, DEVICES).await?;
    let site = ground.serve(Some(SERVERS_CORE)).await?;
    let mut crowd = Crowd::gather(Some(CROWDS_CORE))?;
    crowd.open(site.port, (0..people * DEVICES).map(|number| stream(number / DEVICES, number % DEVICES, None))).await?;
    let (worked, began) = (cpu(site.id())?, Instant::now());
    tell(&site).await?;
    let deliveries = people * DEVICES * EVENTS;
    crowd.hear(deliveries).await?;
    let cpu = cpu(site.id())? - worked;
    Ok(Sample { value: deliveries as f64 / cpu, cpu, wall: began.elapsed().as_secs_f64() })
}

/// Has the site's hub tell each of its people of [`EVENTS`] events, each as long as [`event`], with one mark.
async fn tell(_site: &Site) -> Result<()> {
    Err("the hub can't be told directly yet".into())
}

async fn nchan(scale: Scale, at_once: usize) -> Result<Sample> {
    let people = scale.of(PEOPLE);
    let peer = Nchan::start(Some(SERVERS_CORE)).await?;
    let mut crowd = Crowd::gather(Some(CROWDS_CORE))?;
    crowd.open(peer.port, (0..people * DEVICES).map(|number| nchan::follow(number / DEVICES))).await?;
    let channels: Vec<String> = (0..people).map(|number| number.to_string()).collect();
    let channels: Vec<String> = channels.chunks(at_once).map(|channels| channels.join(",")).collect();
    let text = event();
    let told = (0..EVENTS).flat_map(|_| &channels).map(|channels| nchan::publish(channels, &text));
    let (worked, began) = (cpu(peer.id())?, Instant::now());
    crowd.ask(&[peer.port], CONNECTIONS, told).await?;
    let deliveries = people * DEVICES * EVENTS;
    crowd.hear(deliveries).await?;
    let cpu = cpu(peer.id())? - worked;
    Ok(Sample { value: deliveries as f64 / cpu, cpu, wall: began.elapsed().as_secs_f64() })
}

/// An event as large as that of a message.
fn event() -> String {
    let id = uuid::Uuid::new_v4();
    let sender = json!({ "id": id, "name": "Person 1", "role": "organizer" });
    let message = json!({
        "id": id, "conversationId": id, "bookingId": id, "seq": 1, "clientId": id, "sender": sender, "body": body(1),
        "createdAt": "2026-11-22T14:30:00.000Z",
    });
    json!({ "seq": 1, "at": "2026-11-22T14:30:00.000Z", "type": "message.created", "message": message }).to_string()
}
