//! Row 6: how much later a message arrives on a stream of another node than on one of the node that took it.

use super::memory::stream;
use crate::{
    arrivals::{Ears, Moments},
    figure::{Aim, Claim, Row, Sample},
    peers::{nats::Nats, postgres::Postgres},
    scale::Scale,
    sending::{body, send},
    steady::Steady,
};
use bench::{
    bulk_insert::BulkInsert,
    people,
    process::cpu_seconds,
    site::{PreparedSite, Result, Site},
};
use futures::StreamExt;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::interval;

/// Of these, every second one sends to the next.
const PEOPLE: usize = 128;
const SENDS_A_SECOND: usize = 100;
const LASTING: Duration = Duration::from_secs(10);
const CONNECTIONS: usize = 16;
const SUBJECT: &str = "bench";

pub(crate) async fn measure(scale: Scale) -> Result<Row> {
    let nats = Nats::start().await?;
    let [near, far] = nodes(&nats).await?;
    let mut turns = Vec::new();
    for _ in 0..scale.rounds() {
        turns.push((hops(scale, &near, &far).await?, published(scale, &nats).await?));
    }
    let claim = Claim {
        what: "a hop to another node, median of what it adds".to_owned(),
        unit: "ms",
        against: "NATS, from publish to receive",
        aim: Aim::AtMost(2.0),
        turns,
        fault: None,
    };
    Ok(Row { claims: vec![claim], notes: Vec::new() })
}

/// Two nodes on one database.
async fn nodes(nats: &Nats) -> Result<[Site; 2]> {
    let database = Postgres::database().await?;
    let settings =
        [("DATABASE_URL", database.url.as_str()), ("NATS_URL", &nats.url), ("GREENROOM_SENDS_PER_MINUTE", "1000000")];
    let (near, far) = (PreparedSite::seed(&settings)?, PreparedSite::seed(&settings)?);
    people::insert_people(&mut BulkInsert::connect_to(&database.url).await?, PEOPLE, 1).await?;
    Ok([near.start_server(None).await?, far.start_server(None).await?])
}

/// How much later messages are heard at the far node than at the near one, which takes them.
async fn hops(scale: Scale, near: &Site, far: &Site) -> Result<Sample> {
    let count = SENDS_A_SECOND * usize::try_from(scale.lasting(LASTING).as_secs())?;
    let streams = || (0..PEOPLE / 2).map(|pair| stream(2 * pair + 1, 0, None));
    let mut at_near = Ears::open(near.port, streams(), count).await?;
    let mut at_far = Ears::open(far.port, streams(), count).await?;
    let (worked, began) = (cpu_seconds(near.id())? + cpu_seconds(far.id())?, Instant::now());
    let sends = Arc::new(move |number: usize| send(number % (PEOPLE / 2) * 2, number));
    let steady = Steady::begin(near.port, CONNECTIONS, SENDS_A_SECOND as f64, sends).await?;
    at_near.have_heard(count).await?;
    steady.end().await?;
    at_far.have_heard(count).await?;
    let value = at_far.heard.after(&at_near.heard).percentile_millis(50);
    Ok(Sample {
        value,
        cpu: cpu_seconds(near.id())? + cpu_seconds(far.id())? - worked,
        wall: began.elapsed().as_secs_f64(),
    })
}

/// How long the same takes that is published to NATS, from one connection to another.
async fn published(scale: Scale, nats: &Nats) -> Result<Sample> {
    let count = SENDS_A_SECOND * usize::try_from(scale.lasting(LASTING).as_secs())?;
    let (near, far) = (async_nats::connect(&nats.url).await?, async_nats::connect(&nats.url).await?);
    let mut heard = far.subscribe(SUBJECT).await?;
    far.flush().await?;
    let (sent, arrived) = (Moments::room_for(count), Moments::room_for(count));
    let (began, noted) = (Instant::now(), sent.clone());
    let publishing = tokio::spawn(async move {
        let mut ticks = interval(Duration::from_secs(1) / u32::try_from(SENDS_A_SECOND)?);
        for number in 0..count {
            ticks.tick().await;
            noted.note(number);
            near.publish(SUBJECT, body(number).into()).await?;
        }
        near.flush().await?;
        Result::Ok(())
    });
    for number in 0..count {
        heard.next().await.ok_or("the subscription has ended")?;
        arrived.note(number);
    }
    publishing.await??;
    Ok(Sample { wall: began.elapsed().as_secs_f64(), ..Sample::of(arrived.after(&sent).percentile_millis(50)) })
}
