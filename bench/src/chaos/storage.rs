//! How what the database keeps its data on breaks.

use crate::{
    cluster::{Cluster, Person},
    database::Database,
    disk::{Disk, Failure},
    node::Node,
    postgres::Postgres,
};
use bench::{rng::SeededRng, site::Result};
use reqwest::{Client, StatusCode};
use sea_orm::ConnectionTrait;
use std::{
    ops::Range,
    time::{Duration, Instant},
};
use tokio::{sync::Mutex, time::sleep};

/// Held while the disk fails: it fails in one way at a time, so that what the node says of it can be checked.
static DISK_FAULT: Mutex<()> = Mutex::const_new(());

/// How soon `/readyz` has to tell of a disk that is full, or not any more.
const TOLD_WITHIN: Duration = Duration::from_secs(30);
/// How long connections are killed again and again, and how often, in milliseconds.
const KILLING: Duration = Duration::from_secs(2);
const PAUSE: Range<u64> = 5..100;
/// Whoever is in a transaction just then.
const KILL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
    AND backend_type = 'client backend' AND xact_start IS NOT NULL";

/// Fills SQLite's disk, and frees it. Meanwhile what is there can be read, and the node says what is wrong.
pub(crate) async fn fill_disk(cluster: &Cluster, node: &Node, rng: &mut SeededRng) -> Result<()> {
    let _fault = DISK_FAULT.lock().await;
    // Held, so that the node isn't stopped.
    let process = node.process.lock().await;
    let disk = disk(cluster)?;
    let is_full_for_all = rng.random_bool(0.5);
    disk.lock().await.fail(if is_full_for_all { Failure::FullForAll } else { Failure::Full });
    let told: Result<()> = async {
        if is_full_for_all {
            says(node, StatusCode::INSUFFICIENT_STORAGE).await?;
            for person in cluster.people.iter().take(2) {
                read(cluster, person, node).await?;
            }
        }
        sleep(rng.random_millis(100..1_000)).await;
        Ok(())
    }
    .await;
    disk.lock().await.fail(Failure::None);
    drop(process);
    told?;
    if is_full_for_all { says(node, StatusCode::OK).await } else { Ok(()) }
}

/// Lets SQLite's disk fail in some way, for a while.
pub(crate) async fn fail_disk(cluster: &Cluster, failure: Failure, lasting: Duration) -> Result<()> {
    let (_fault, disk) = (DISK_FAULT.lock().await, disk(cluster)?);
    disk.lock().await.fail(failure);
    sleep(lasting).await;
    disk.lock().await.fail(Failure::None);
    Ok(())
}

/// Fills the disk that PostgreSQL has its tables on, and frees it.
pub(crate) async fn fill_database(cluster: &Cluster, lasting: Duration) -> Result<()> {
    let server = server(cluster)?.lock().await;
    server.fill()?;
    sleep(lasting).await;
    server.free()
}

/// Kills PostgreSQL's connections in the middle of their transactions.
pub(crate) async fn kill_connections(cluster: &Cluster, rng: &mut SeededRng) -> Result<()> {
    // Held, so that it isn't ended meanwhile.
    let server = server(cluster)?.lock().await;
    let connection = sea_orm::Database::connect(Postgres::url(server.port)).await?;
    let began = Instant::now();
    while began.elapsed() < KILLING {
        connection.execute_unprepared(KILL).await?;
        sleep(rng.random_millis(PAUSE)).await;
    }
    Ok(connection.close().await?)
}

async fn says(node: &Node, status: StatusCode) -> Result<()> {
    let client = Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
    let (began, ready) = (Instant::now(), format!("{}/readyz", node.url));
    loop {
        let told = client.get(&ready).send().await.map(|answer| answer.status());
        if told.as_ref().is_ok_and(|told| *told == status) {
            return Ok(());
        }
        if began.elapsed() > TOLD_WITHIN {
            return Err(format!("/readyz says {told:?}, not {status}").into());
        }
        sleep(Duration::from_millis(100)).await;
    }
}

async fn read(cluster: &Cluster, person: &Person, node: &Node) -> Result<()> {
    let read = cluster.get_direct(person, node, "/api/messages").await;
    read.map(drop).map_err(|error| format!("nothing can be read while the disk is full: {error}").into())
}

fn disk(cluster: &Cluster) -> Result<&Mutex<Disk>> {
    match &cluster.database {
        Database::Disk(disk, ..) => Ok(disk),
        _ => Err("there is no disk to fail".into()),
    }
}

fn server(cluster: &Cluster) -> Result<&Mutex<Postgres>> {
    match &cluster.database {
        Database::Server(server, _) => Ok(server),
        _ => Err("there is no server".into()),
    }
}
