//! Row 3: many people send at the same time; each waits until the message is committed to disk before sending the next.
//! Calls the use case in this process, without HTTP.

use crate::{
    measurement::{Aim, Claim, Row, Sample},
    messages::message_body,
    scale::Scale,
};
use bench::{bulk_insert::BulkInsert, people, process::cpu_seconds, site::Result};
use model::{ConversationId, MessageBody, MessageDraft};
use services::{Greenroom, Limits, Viewer};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::JoinSet, time::Instant};

const PEOPLE: usize = 256;
const DURATION: Duration = Duration::from_secs(10);

pub(crate) async fn measure(scale: Scale) -> Result<Row> {
    let (mut single, mut normal, mut failure) = (Vec::new(), Vec::new(), None);
    for _ in 0..scale.rounds() {
        let ours = measure_sends(scale, "", PEOPLE).await?;
        single.push((ours, measure_sends(scale, "", 1).await?));
        match measure_sends(scale, "&synchronous=normal", PEOPLE).await {
            Ok(theirs) => normal.push((ours, theirs)),
            Err(error) => failure = Some(error.to_string()),
        }
    }
    let claim = |peer, least, rounds, error| Claim {
        work: format!("{PEOPLE} people sending at once, to SQLite"),
        unit: "messages/s",
        peer,
        aim: Aim::AtLeast(least),
        rounds,
        error,
    };
    let claims = vec![claim("one at a time", 20.0, single, None), claim("`synchronous=normal`", 0.8, normal, failure)];
    Ok(Row { claims, notes: Vec::new() })
}

/// Measures messages per second with at most `at_once` of them in progress.
async fn measure_sends(scale: Scale, parameter: &str, at_once: usize) -> Result<Sample> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite://{}?mode=rwc{parameter}", folder.path().join("bench.db").display());
    services::migrate(&url).await?;
    let plain = format!("sqlite://{}", folder.path().join("bench.db").display());
    people::insert_people(&mut BulkInsert::connect_to(&plain).await?, PEOPLE, 1).await?;
    let limits = Limits { sends_per_minute: usize::MAX, ..Limits::default() };
    let greenroom = Greenroom::open(&url, "http://localhost", limits).await?;
    let permits = Arc::new(Semaphore::new(at_once));
    let (cpu_before, began) = (cpu_seconds(std::process::id())?, Instant::now());
    let mut people = JoinSet::new();
    for person in 0..PEOPLE {
        let viewer = greenroom.authenticate(&people::session_secret(person, 0)).await?;
        people.spawn(send_until(
            greenroom.clone(),
            viewer,
            person,
            permits.clone(),
            began + scale.scale_duration(DURATION),
        ));
    }
    let mut sent = 0;
    while let Some(count) = people.join_next().await {
        sent += count??;
    }
    let (cpu, wall) = (cpu_seconds(std::process::id())? - cpu_before, began.elapsed().as_secs_f64());
    greenroom.close().await?;
    Ok(Sample { value: sent as f64 / wall, cpu, wall })
}

/// Sends messages until the deadline, and returns their number.
async fn send_until(
    greenroom: Greenroom,
    viewer: Viewer,
    person: usize,
    permits: Arc<Semaphore>,
    end: Instant,
) -> Result<usize> {
    let conversation_id = ConversationId(people::conversation_id(person));
    let mut sent = 0;
    while Instant::now() < end {
        let body = MessageBody::parse(&message_body(sent)).map_err(|_| "invalid message body")?;
        let permit = permits.acquire().await?;
        if Instant::now() >= end {
            break;
        }
        greenroom.send_message(&viewer, MessageDraft::new(conversation_id, body)).await?;
        drop(permit);
        sent += 1;
    }
    Ok(sent)
}
