//! Faults of the storage below the databases.

use crate::{
    cluster::{Cluster, Person},
    database::Database,
    faulty_disk::{DiskFault, FaultyDisk},
    node::Node,
    postgres::PostgresServer,
};
use bench::site::Result;
use reqwest::{Client, StatusCode};
use sea_orm::ConnectionTrait;
use std::{
    ops::Range,
    time::{Duration, Instant},
};
use test_support::rng::SeededRng;
use tokio::{sync::Mutex, time::sleep};

/// Held while the disk fails: only one fault at a time, so that the node's health report can be checked.
static DISK_FAULT: Mutex<()> = Mutex::const_new(());

/// How soon `/readyz` has to report a full disk, or its recovery.
const READYZ_TIMEOUT: Duration = Duration::from_secs(30);
/// How long connections are killed repeatedly, and the pause between kills in milliseconds.
const KILL_DURATION: Duration = Duration::from_secs(2);
const KILL_PAUSE_MILLIS: Range<u64> = 5..100;
/// Kills the backends that are in a transaction.
const KILL_IN_TRANSACTION: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
    AND backend_type = 'client backend' AND xact_start IS NOT NULL";

/// Fills SQLite's disk, and frees it. While it is full, reads have to work and the node has to report the problem.
pub(crate) async fn fill_disk(cluster: &Cluster, node: &Node, rng: &mut SeededRng) -> Result<()> {
    let _fault = DISK_FAULT.lock().await;
    // Held, so that no other fault stops the node.
    let process = node.process.lock().await;
    let disk = faulty_disk(cluster)?;
    let is_full_for_all = rng.random_bool(0.5);
    disk.lock().await.set_fault(if is_full_for_all { DiskFault::FullForAll } else { DiskFault::Full });
    let result: Result<()> = async {
        if is_full_for_all {
            wait_readyz(node, StatusCode::INSUFFICIENT_STORAGE).await?;
            for person in cluster.people.iter().take(2) {
                ensure_readable(cluster, person, node).await?;
            }
        }
        sleep(rng.random_millis(100..1_000)).await;
        Ok(())
    }
    .await;
    disk.lock().await.set_fault(DiskFault::None);
    drop(process);
    result?;
    if is_full_for_all { wait_readyz(node, StatusCode::OK).await } else { Ok(()) }
}

/// Lets SQLite's disk fail for a while.
pub(crate) async fn fail_disk(cluster: &Cluster, fault: DiskFault, duration: Duration) -> Result<()> {
    let (_fault, disk) = (DISK_FAULT.lock().await, faulty_disk(cluster)?);
    disk.lock().await.set_fault(fault);
    sleep(duration).await;
    disk.lock().await.set_fault(DiskFault::None);
    Ok(())
}

/// Fills the disk with PostgreSQL's tables for a while, and frees it.
pub(crate) async fn fill_database(cluster: &Cluster, duration: Duration) -> Result<()> {
    let server = postgres_server(cluster)?.lock().await;
    server.fill_disk()?;
    sleep(duration).await;
    server.free_disk()
}

/// Kills PostgreSQL's connections during their transactions.
pub(crate) async fn kill_connections(cluster: &Cluster, rng: &mut SeededRng) -> Result<()> {
    // Held, so that no other fault stops the server.
    let server = postgres_server(cluster)?.lock().await;
    let connection = sea_orm::Database::connect(PostgresServer::url(server.port)).await?;
    let began = Instant::now();
    while began.elapsed() < KILL_DURATION {
        connection.execute_unprepared(KILL_IN_TRANSACTION).await?;
        sleep(rng.random_millis(KILL_PAUSE_MILLIS)).await;
    }
    Ok(connection.close().await?)
}

async fn wait_readyz(node: &Node, status: StatusCode) -> Result<()> {
    let client = Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
    let (began, ready) = (Instant::now(), format!("{}/readyz", node.url));
    loop {
        let result = client.get(&ready).send().await.map(|answer| answer.status());
        if result.as_ref().is_ok_and(|result| *result == status) {
            return Ok(());
        }
        if began.elapsed() > READYZ_TIMEOUT {
            return Err(format!("/readyz answers {result:?}, not {status}").into());
        }
        sleep(Duration::from_millis(100)).await;
    }
}

async fn ensure_readable(cluster: &Cluster, person: &Person, node: &Node) -> Result<()> {
    let read = cluster.get_direct(person, node, "/api/messages").await;
    read.map(drop).map_err(|error| format!("reading failed while the disk was full: {error}").into())
}

fn faulty_disk(cluster: &Cluster) -> Result<&Mutex<FaultyDisk>> {
    match &cluster.database {
        Database::Disk(disk, ..) => Ok(disk),
        _ => Err("the run has no disk to fail".into()),
    }
}

fn postgres_server(cluster: &Cluster) -> Result<&Mutex<PostgresServer>> {
    match &cluster.database {
        Database::Server(server, _) => Ok(server),
        _ => Err("the run has no database server".into()),
    }
}
