//! A TCP proxy on 127.0.0.1 that injects network faults between clients and a site.
//!
//! The number of connections and the data in flight of each are bounded.
//!
//! # Layout
//! - this file: the proxy, and its faults
//! - [`connection`]: forwards one connection
//! - [`rate_limiter`]: the bandwidth that all connections share in one direction

mod connection;
mod rate_limiter;

use connection::Connection;
use rate_limiter::RateLimiter;
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use test_support::{ports::free_port, rng::SeededRng};
use tokio::{
    net::TcpListener,
    sync::{Mutex as AsyncMutex, Semaphore, watch},
    task::JoinHandle,
};

/// Connections that are forwarded at the same time; more wait in the listen backlog.
const MAX_CONNECTIONS: usize = 2_048;
/// The upper limit of [`LinkConditions::delay`].
const MAX_DELAY: Duration = Duration::from_secs(60);

/// Latency and bandwidth of the link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkConditions {
    /// Latency one way, at most a minute. A new connection costs a round trip first.
    pub delay: Duration,
    /// Bytes per second in each direction, shared by all connections; 0 is unlimited.
    pub rate: u32,
}

/// Bytes that were delivered, without TCP and IP headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BytesTransferred {
    /// To the site.
    pub up: u64,
    /// From the site.
    pub down: u64,
}

/// The current faults.
#[derive(Clone, Copy, Debug, Default)]
struct ProxyState {
    /// Incremented to reset all earlier connections.
    cuts: u64,
    /// Incremented to make all earlier connections hang for ever.
    strands: u64,
    frozen: bool,
    answers_bad_gateway: bool,
    conditions: LinkConditions,
    /// Probability that a request breaks its connection, from 0 to 1.
    drop_probability: f64,
}

/// State that all connections share.
#[derive(Debug)]
struct SharedLink {
    target: SocketAddr,
    up: RateLimiter,
    down: RateLimiter,
    rng: Mutex<SeededRng>,
}

/// A proxy to one address, with an address of its own that never changes. Resets all connections when dropped.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    state: watch::Sender<ProxyState>,
    link: Arc<SharedLink>,
    permits: Arc<Semaphore>,
    /// The task that accepts connections; `None` while they are refused.
    acceptor: AsyncMutex<Option<JoinHandle<()>>>,
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        if let Some(task) = self.acceptor.get_mut().take() {
            task.abort();
        }
    }
}

impl FaultProxy {
    /// Starts a proxy to a port of this machine, without faults.
    ///
    /// # Errors
    /// Fails if no port is free.
    pub async fn to_port(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, free_port()?)).await?;
        let address = listener.local_addr()?;
        let link = SharedLink {
            target: (Ipv4Addr::LOCALHOST, port).into(),
            up: RateLimiter::default(),
            down: RateLimiter::default(),
            rng: Mutex::new(SeededRng::new(0)),
        };
        let proxy = Self {
            address,
            state: watch::Sender::default(),
            link: Arc::new(link),
            permits: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
            acceptor: AsyncMutex::default(),
        };
        *proxy.acceptor.lock().await = Some(proxy.spawn_acceptor(listener));
        Ok(proxy)
    }

    /// Returns the address that clients connect to.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Returns the HTTP URL of [`Self::local_addr`].
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the bytes delivered since the start.
    pub fn bytes_transferred(&self) -> BytesTransferred {
        BytesTransferred { up: self.link.up.delivered_bytes(), down: self.link.down.delivered_bytes() }
    }

    /// Ends all faults, at the same address as before. Frozen connections are reset, because data is missing in them;
    /// stranded ones keep hanging.
    ///
    /// # Errors
    /// Fails if another program has bound the address while connections were refused.
    pub async fn restore(&self) -> io::Result<()> {
        self.update_state(|state| {
            *state = ProxyState {
                cuts: state.cuts + u64::from(state.frozen),
                strands: state.strands,
                ..ProxyState::default()
            };
        });
        let mut acceptor = self.acceptor.lock().await;
        if acceptor.is_none() {
            *acceptor = Some(self.spawn_acceptor(TcpListener::bind(self.address).await?));
        }
        Ok(())
    }

    /// Resets all connections. New ones are accepted.
    pub fn cut_connections(&self) {
        self.update_state(|state| state.cuts += 1);
    }

    /// Resets all connections, and refuses new ones.
    pub async fn refuse_connections(&self) {
        let mut acceptor = self.acceptor.lock().await;
        if let Some(task) = acceptor.take() {
            task.abort();
            // The listener is closed once the aborted task has ended; its error only says that it was aborted.
            let _ = task.await;
        }
        self.cut_connections();
    }

    /// Discards all data without closing connections: a half-open link.
    pub fn freeze_traffic(&self) {
        self.update_state(|state| state.frozen = true);
    }

    /// Lets earlier connections hang for ever and accepts new ones, as after a change of network, or behind a router
    /// that has dropped its NAT table.
    pub fn strand_connections(&self) {
        self.update_state(|state| {
            state.strands += 1;
            state.frozen = false;
        });
    }

    /// Answers all requests with 502, like a gateway whose site is down.
    pub fn answer_bad_gateway(&self) {
        self.update_state(|state| {
            state.answers_bad_gateway = true;
            state.cuts += 1;
        });
    }

    /// Sets latency and bandwidth for data received from now on.
    pub fn set_conditions(&self, LinkConditions { delay, rate }: LinkConditions) {
        self.update_state(|state| state.conditions = LinkConditions { delay: delay.min(MAX_DELAY), rate });
    }

    /// Breaks connections at a request with this probability: half of them before the request arrives, half of them
    /// instead of the response. Each segment to the site counts as a request, which is right for small ones.
    pub fn drop_requests(&self, drop_probability: f64, seed: u64) {
        *self.link.rng.lock().unwrap_or_else(PoisonError::into_inner) = SeededRng::new(seed);
        self.update_state(|state| state.drop_probability = drop_probability);
    }

    fn update_state(&self, change: impl FnOnce(&mut ProxyState)) {
        self.state.send_modify(change);
    }

    fn spawn_acceptor(&self, listener: TcpListener) -> JoinHandle<()> {
        let (state, link, permits) = (self.state.subscribe(), self.link.clone(), self.permits.clone());
        tokio::spawn(async move {
            while let Ok(permit) = permits.clone().acquire_owned().await {
                // A connection that the client aborted before it was accepted is no reason to stop.
                let Ok((client, _)) = listener.accept().await else { continue };
                let connection = Connection::new(state.clone(), link.clone());
                tokio::spawn(async move {
                    connection.forward(client).await;
                    drop(permit);
                });
            }
        })
    }
}
