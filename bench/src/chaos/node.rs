//! A node and the proxies around it.

use crate::{clock::FakeClock, database::Database};
use bench::{fault_proxy::FaultProxy, server_process::ServerProcess, site::Result};
use std::path::{Path, PathBuf};
use test_support::nats::NatsServer;
use tokio::sync::Mutex;

/// Raised, because a few people write as much here as many would.
const RAISED_LIMITS: [(&str, &str); 2] =
    [("GREENROOM_SENDS_PER_MINUTE", "1000000"), ("GREENROOM_STREAMS_PER_PERSON", "1000")];

/// A node behind proxies for clients, database and bus.
pub(crate) struct Node {
    /// Locked while a fault stops and restarts it.
    pub(crate) process: Mutex<ServerProcess>,
    /// The URL that bypasses the proxy.
    pub(crate) url: String,
    /// The proxy for clients.
    pub(crate) proxy: FaultProxy,
    pub(crate) database_proxy: Option<FaultProxy>,
    pub(crate) bus_proxy: Option<FaultProxy>,
    pub(crate) clock: FakeClock,
}

impl Node {
    /// Builds a node that isn't started yet.
    pub(crate) async fn new(
        number: usize,
        database: &Database,
        bus: Option<&NatsServer>,
        folder: &Path,
        log_file: PathBuf,
    ) -> Result<Self> {
        let database_proxy = start_proxy(database.port()).await?;
        let bus_proxy = start_proxy(bus.map(NatsServer::port)).await?;
        let clock = FakeClock::new(folder, number)?;
        let mut settings = clock.environment();
        settings.push(("DATABASE_URL".to_owned(), database.url_for_node(database_proxy.as_ref())));
        settings.push(("GREENROOM_DATA".to_owned(), folder.display().to_string()));
        settings.extend(RAISED_LIMITS.map(|(name, value)| (name.to_owned(), value.to_owned())));
        if let Some(proxy) = &bus_proxy {
            settings.push(("NATS_URL".to_owned(), format!("nats://{}", proxy.local_addr())));
        }
        let process = ServerProcess::new(settings, Some(log_file))?;
        let (url, proxy) = (process.url(), FaultProxy::to_port(process.port).await?);
        Ok(Self { process: Mutex::new(process), url, proxy, database_proxy, bus_proxy, clock })
    }

    /// Ends all faults of the proxies and the clock.
    ///
    /// # Errors
    /// Fails if the node's process has exited.
    pub(crate) async fn heal(&self) -> Result<()> {
        self.clock.set_offset(0)?;
        for proxy in [Some(&self.proxy), self.database_proxy.as_ref(), self.bus_proxy.as_ref()].into_iter().flatten() {
            proxy.restore().await?;
        }
        self.process.lock().await.ensure_running()
    }
}

async fn start_proxy(port: Option<u16>) -> Result<Option<FaultProxy>> {
    Ok(match port {
        Some(port) => Some(FaultProxy::to_port(port).await?),
        None => None,
    })
}
