//! Row 4: many people send at the same time, through three nodes, to PostgreSQL. The peer inserts the same rows into
//! the same database without Greenroom: one transaction per message, on as many connections.

use crate::{
    load_generator::{LoadGenerator, elapsed_seconds},
    measurement::{Aim, Claim, Row, Sample},
    messages::message_request,
    peers::postgres::Postgres,
    scale::Scale,
};
use bench::{
    bulk_insert::BulkInsert,
    people, plain_inserts,
    process::cpu_seconds,
    site::{PreparedSite, Result, Site},
};
use std::time::Instant;
use test_support::nats::NatsServer;

const PEOPLE: usize = 256;
const NODES: usize = 3;
/// Database connections of each node.
const CONNECTIONS: usize = 16;
const MESSAGES: usize = 10_000;

pub(crate) async fn measure(scale: Scale) -> Result<Row> {
    let nats = NatsServer::start().await?;
    let database = Postgres::create_database().await?;
    let nodes = start_nodes(&nats, &database).await?;
    let mut rounds = Vec::new();
    for round in 0..scale.rounds() {
        let ours = measure_sends(scale, &nodes, &database).await?;
        rounds.push((ours, measure_inserts(scale, &database, round).await?));
    }
    let claim = Claim {
        work: format!("{PEOPLE} people sending at once, through {NODES} nodes to PostgreSQL"),
        unit: "messages/s",
        peer: "inserts alone",
        aim: Aim::AtLeast(0.9),
        rounds,
        error: None,
    };
    Ok(Row {
        claims: vec![claim],
        notes: vec!["server CPU is PostgreSQL's, plus the nodes' on Greenroom's side".to_owned()],
    })
}

async fn start_nodes(nats: &NatsServer, database: &Postgres) -> Result<Vec<Site>> {
    let settings =
        [("DATABASE_URL", database.url.as_str()), ("NATS_URL", &nats.url()), ("GREENROOM_SENDS_PER_MINUTE", "1000000")];
    let prepared_sites = (0..NODES).map(|_| PreparedSite::seed(&settings)).collect::<Result<Vec<_>>>()?;
    people::insert_people(&mut BulkInsert::connect_to(&database.url).await?, PEOPLE, 1).await?;
    let mut nodes = Vec::new();
    for prepared in prepared_sites {
        nodes.push(prepared.start_server(None).await?);
    }
    Ok(nodes)
}

async fn measure_sends(scale: Scale, nodes: &[Site], database: &Postgres) -> Result<Sample> {
    let count = scale.scale_count(MESSAGES);
    let ports: Vec<u16> = nodes.iter().map(|node| node.port).collect();
    let total_cpu = || -> Result<f64> {
        let nodes = nodes.iter().map(|node| cpu_seconds(node.id())).sum::<Result<f64>>()?;
        Ok(nodes + cpu_seconds(database.id)?)
    };
    let mut load_generator = LoadGenerator::start_on(None)?;
    let cpu_before = total_cpu()?;
    let sends = (0..count).map(|number| message_request(number % PEOPLE, number));
    let wall = elapsed_seconds(&load_generator.send_each(&ports, PEOPLE, sends).await?)?;
    Ok(Sample { value: count as f64 / wall, cpu: total_cpu()? - cpu_before, wall })
}

async fn measure_inserts(scale: Scale, database: &Postgres, round: usize) -> Result<Sample> {
    let count = scale.scale_count(MESSAGES);
    let (cpu_before, began) = (cpu_seconds(database.id)?, Instant::now());
    plain_inserts::insert_messages(&database.url, PEOPLE, NODES * CONNECTIONS, round * count..(round + 1) * count)
        .await?;
    let wall = began.elapsed().as_secs_f64();
    Ok(Sample { value: count as f64 / wall, cpu: cpu_seconds(database.id)? - cpu_before, wall })
}
