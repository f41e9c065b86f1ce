//! Row 6: how much later a message arrives on a stream of another node than on a stream of the node that accepted it.

use super::memory::stream_request;
use crate::{
    measurement::{Aim, Claim, Row, Sample},
    messages::{message_body, message_request},
    peers::postgres::Postgres,
    scale::Scale,
    steady_load::SteadyLoad,
    stream_readers::{MessageTimes, StreamReaders},
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
use test_support::nats::NatsServer;
use tokio::time::interval;

/// Every second person sends to the next one.
const PEOPLE: usize = 128;
const SENDS_PER_SECOND: usize = 100;
const DURATION: Duration = Duration::from_secs(10);
const CONNECTIONS: usize = 16;
const SUBJECT: &str = "bench";

pub(crate) async fn measure(scale: Scale) -> Result<Row> {
    let nats = NatsServer::start().await?;
    let [near, far] = start_nodes(&nats).await?;
    let mut rounds = Vec::new();
    for _ in 0..scale.rounds() {
        rounds.push((measure_hops(scale, &near, &far).await?, measure_nats(scale, &nats).await?));
    }
    let claim = Claim {
        work: "a hop to another node, median of what it adds".to_owned(),
        unit: "ms",
        peer: "NATS, from publish to receive",
        aim: Aim::AtMost(2.0),
        rounds,
        error: None,
    };
    Ok(Row { claims: vec![claim], notes: Vec::new() })
}

/// Starts two nodes on one database.
async fn start_nodes(nats: &NatsServer) -> Result<[Site; 2]> {
    let database = Postgres::create_database().await?;
    let settings =
        [("DATABASE_URL", database.url.as_str()), ("NATS_URL", &nats.url()), ("GREENROOM_SENDS_PER_MINUTE", "1000000")];
    let (near, far) = (PreparedSite::seed(&settings)?, PreparedSite::seed(&settings)?);
    people::insert_people(&mut BulkInsert::connect_to(&database.url).await?, PEOPLE, 1).await?;
    Ok([near.start_server(None).await?, far.start_server(None).await?])
}

/// Measures how much later messages arrive at the far node than at the near one, which accepts them.
async fn measure_hops(scale: Scale, near: &Site, far: &Site) -> Result<Sample> {
    let count = SENDS_PER_SECOND * usize::try_from(scale.scale_duration(DURATION).as_secs())?;
    let streams = || (0..PEOPLE / 2).map(|pair| stream_request(2 * pair + 1, 0, None));
    let mut at_near = StreamReaders::open_streams(near.port, streams(), count).await?;
    let mut at_far = StreamReaders::open_streams(far.port, streams(), count).await?;
    let (cpu_before, began) = (cpu_seconds(near.id())? + cpu_seconds(far.id())?, Instant::now());
    let sends = Arc::new(move |number: usize| message_request(number % (PEOPLE / 2) * 2, number));
    let steady = SteadyLoad::start_load(near.port, CONNECTIONS, SENDS_PER_SECOND as f64, sends).await?;
    at_near.wait_received(count).await?;
    steady.stop_and_collect().await?;
    at_far.wait_received(count).await?;
    let value = at_far.received.latencies_since(&at_near.received).percentile_millis(50);
    Ok(Sample {
        value,
        cpu: cpu_seconds(near.id())? + cpu_seconds(far.id())? - cpu_before,
        wall: began.elapsed().as_secs_f64(),
    })
}

/// Measures the same for messages that are published to NATS and received on another connection.
async fn measure_nats(scale: Scale, nats: &NatsServer) -> Result<Sample> {
    let count = SENDS_PER_SECOND * usize::try_from(scale.scale_duration(DURATION).as_secs())?;
    let (near, far) = (async_nats::connect(&nats.url()).await?, async_nats::connect(&nats.url()).await?);
    let mut subscription = far.subscribe(SUBJECT).await?;
    far.flush().await?;
    let (sent, arrived) = (MessageTimes::with_capacity(count), MessageTimes::with_capacity(count));
    let (began, recorded) = (Instant::now(), sent.clone());
    let publishing = tokio::spawn(async move {
        let mut ticks = interval(Duration::from_secs(1) / u32::try_from(SENDS_PER_SECOND)?);
        for number in 0..count {
            ticks.tick().await;
            recorded.record_now(number);
            near.publish(SUBJECT, message_body(number).into()).await?;
        }
        near.flush().await?;
        Result::Ok(())
    });
    for number in 0..count {
        subscription.next().await.ok_or("the subscription has ended")?;
        arrived.record_now(number);
    }
    publishing.await??;
    Ok(Sample {
        wall: began.elapsed().as_secs_f64(),
        ..Sample::of(arrived.latencies_since(&sent).percentile_millis(50))
    })
}
