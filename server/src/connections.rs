//! Limits the number of connections. Each uses a file descriptor; the database and new clients need free ones.

use ipnet::IpNet;
use metrics::{counter, describe_counter};
use services::network_of;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const REFUSED: &str = "greenroom_connections_refused_total";
/// File descriptors reserved for the database, the log and other files.
const RESERVED: usize = 200;
/// Default limit of connections from one network. Hundreds of people may share one address of a mobile network, each
/// with a stream and some requests.
const PER_NETWORK: usize = 1_000;

/// Registers the metric's description and initialises it, so that it is exported before the first refusal.
pub(crate) fn describe_metrics() {
    describe_counter!(REFUSED, "Connections refused because their network held as many as allowed.");
    counter!(REFUSED).increment(0);
}

/// Counts the open connections, in total and per network.
pub(crate) struct Connections {
    all: Arc<Semaphore>,
    per_network: usize,
    /// Whether loopback is exempt, because a gateway on this machine forwards the requests of all clients.
    exempts_loopback: bool,
    proxies: Arc<[IpNet]>,
    held: Mutex<HashMap<IpAddr, usize>>,
}

/// Counts as one open connection until it is dropped.
pub(crate) struct ConnectionGuard {
    connections: Arc<Connections>,
    network: Option<IpAddr>,
    #[allow(dead_code, reason = "held, not read")]
    slot: OwnedSemaphorePermit,
}

impl Connections {
    /// Allows one connection per file descriptor, less [`RESERVED`]. A `per_network` that is set includes loopback.
    pub(crate) fn new(per_network: Option<usize>, proxies: Arc<[IpNet]>) -> Arc<Self> {
        let all = raise_file_limit().saturating_sub(RESERVED).clamp(RESERVED, Semaphore::MAX_PERMITS);
        Arc::new(Self {
            all: Arc::new(Semaphore::new(all)),
            // One network must not be able to use up all connections.
            per_network: per_network.unwrap_or(PER_NETWORK).min(all / 2),
            exempts_loopback: per_network.is_none(),
            proxies,
            held: Mutex::default(),
        })
    }

    /// Waits for a free slot. Until then new connections stay in the kernel's accept queue.
    pub(crate) async fn acquire_slot(&self) -> OwnedSemaphorePermit {
        match self.all.clone().acquire_owned().await {
            Ok(slot) => slot,
            // Unreachable: the semaphore is never closed.
            Err(_) => std::future::pending().await,
        }
    }

    /// Admits a connection, or returns `None` if its network has as many as allowed.
    pub(crate) fn admit(self: &Arc<Self>, peer: IpAddr, slot: OwnedSemaphorePermit) -> Option<ConnectionGuard> {
        let peer = peer.to_canonical();
        let exempt = self.exempts_loopback && peer.is_loopback();
        let network = (!exempt && !self.proxies.iter().any(|proxy| proxy.contains(&peer))).then(|| network_of(peer));
        if let Some(network) = network {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            let held = held.entry(network).or_default();
            if *held >= self.per_network {
                counter!(REFUSED).increment(1);
                return None;
            }
            *held += 1;
        }
        Some(ConnectionGuard { connections: self.clone(), network, slot })
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        let Some(network) = self.network else { return };
        let mut held = self.connections.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                held.remove(&network);
            }
        }
    }
}

/// Raises the limit of open files to the hard limit, and returns it.
#[cfg(unix)]
fn raise_file_limit() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
    let files = if raised { maximum } else { current };
    files.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX))
}

/// Returns a limit that most systems allow.
#[cfg(not(unix))]
fn raise_file_limit() -> usize {
    1_024
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn admit(connections: &Arc<Connections>, peer: &str) -> Option<ConnectionGuard> {
        connections.admit(peer.parse().expect("an address"), connections.acquire_slot().await)
    }

    #[tokio::test]
    async fn a_network_has_a_limit_of_connections() {
        let proxies: Arc<[IpNet]> = vec!["10.0.0.0/8".parse().expect("a network")].into();
        let connections = Connections::new(Some(2), proxies.clone());
        let first = admit(&connections, "203.0.113.9").await.expect("the first");
        let _second = admit(&connections, "::ffff:203.0.113.9").await.expect("the second");
        assert!(admit(&connections, "203.0.113.9").await.is_none(), "the third");
        assert!(admit(&connections, "203.0.113.10").await.is_some(), "another address");
        drop(first);
        let _third = admit(&connections, "203.0.113.9").await.expect("once one has gone");
        let _one = admit(&connections, "2001:db8:1:2::1").await.expect("the first");
        let _other = admit(&connections, "2001:db8:1:2::2").await.expect("the second");
        assert!(admit(&connections, "2001:db8:1:2:3::3").await.is_none(), "one network of IPv6");
        let mut proxied = Vec::new();
        for _ in 0..5 {
            proxied.push(admit(&connections, "10.1.2.3").await.expect("a proxy is exempt"));
        }
        drop(proxied);
        let by_default = Connections::new(None, proxies);
        let local: Vec<_> = futures::future::join_all((0..3).map(|_| admit(&by_default, "127.0.0.1"))).await;
        assert!(local.iter().all(Option::is_some) && by_default.held.lock().expect("a lock").is_empty());
    }
}
