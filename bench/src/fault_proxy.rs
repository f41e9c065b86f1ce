//! The line between somebody and a site, to be made bad: a proxy for TCP on 127.0.0.1.
//!
//! Everything is bounded: how many connections it carries at once, and how much of each is on its way.
//!
//! # Layout
//! - this file: what can be wrong with a line, and how that is told to it
//! - [`connection`]: one connection, from here to there
//! - [`road`]: what all connections share in one direction

mod connection;
mod rate_limiter;

use crate::{ports::random_port, rng::SeededRng};
use connection::Connection;
use rate_limiter::RateLimiter;
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{Mutex as AsyncMutex, Semaphore, watch},
    task::JoinHandle,
};

/// Connections carried at once; more wait at the door.
const MAX_CONNECTIONS: usize = 2_048;
/// How often another port is tried where one is taken.
const BIND_ATTEMPTS: usize = 50;
/// Nothing is held back for longer.
const MAX_DELAY: Duration = Duration::from_secs(60);

/// How fast a line is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkConditions {
    /// How long everything takes one way. A new connection begins with a round trip. At most a minute.
    pub delay: Duration,
    /// Bytes a second in each direction, for all connections together; 0 is no limit.
    pub rate: u32,
}

/// What the line has delivered, in bytes, without what TCP and IP put around them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BytesTransferred {
    /// To the site.
    pub up: u64,
    /// From the site.
    pub down: u64,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, Default)]
struct ProxyState {
    /// Counts up; connections from before are broken.
    cuts: u64,
    /// Counts up; connections from before are dead for good, and nothing says so.
    strands: u64,
    frozen: bool,
    answers_bad_gateway: bool,
    conditions: LinkConditions,
    /// Of one, that a request breaks its connection.
    drop_probability: f64,
}

/// What the connections of a line share.
#[derive(Debug)]
struct SharedLink {
    target: SocketAddr,
    up: RateLimiter,
    down: RateLimiter,
    rng: Mutex<SeededRng>,
}

/// A line to one address, itself at another that stays the same. Everything breaks when it is dropped.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    state: watch::Sender<ProxyState>,
    link: Arc<SharedLink>,
    permits: Arc<Semaphore>,
    /// Whoever lets connections in, unless they are refused.
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
    /// A line to a port of this machine that lets everything through.
    ///
    /// # Errors
    /// When there is no port to listen on.
    pub async fn to_port(port: u16) -> io::Result<Self> {
        let (listener, address) = bind_random_port().await?;
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

    /// Where it begins.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Where it begins, for HTTP.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it has delivered since it is there.
    pub fn bytes_transferred(&self) -> BytesTransferred {
        BytesTransferred { up: self.link.up.delivered_bytes(), down: self.link.down.delivered_bytes() }
    }

    /// Lets everything through, as fast as it can, at the same address as before. What was frozen breaks, because
    /// parts of it are missing.
    ///
    /// # Errors
    /// When another program has taken the address since it was refused.
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

    /// Breaks every connection with a reset. New ones get through.
    pub fn cut_connections(&self) {
        self.update_state(|state| state.cuts += 1);
    }

    /// Breaks every connection, and lets none in.
    pub async fn refuse_connections(&self) {
        let mut acceptor = self.acceptor.lock().await;
        if let Some(task) = acceptor.take() {
            task.abort();
            // It has stopped listening when it is gone, which it only can be.
            let _ = task.await;
        }
        self.cut_connections();
    }

    /// Swallows everything, and says nothing: the line looks fine and is dead.
    pub fn freeze_traffic(&self) {
        self.update_state(|state| state.frozen = true);
    }

    /// Lets new connections through and leaves those from before dead, without a word: as after a change of network, or
    /// behind a router that has forgotten them.
    pub fn strand_connections(&self) {
        self.update_state(|state| {
            state.strands += 1;
            state.frozen = false;
        });
    }

    /// Answers for the site by itself, as a gateway does behind which a site is down.
    pub fn answer_bad_gateway(&self) {
        self.update_state(|state| {
            state.answers_bad_gateway = true;
            state.cuts += 1;
        });
    }

    /// Slows down what comes from now on.
    pub fn set_conditions(&self, LinkConditions { delay, rate }: LinkConditions) {
        self.update_state(|state| state.conditions = LinkConditions { delay: delay.min(MAX_DELAY), rate });
    }

    /// Breaks some connections at a request, with these odds of one: half of them before it arrives, half of them in
    /// place of the answer. A request is whatever goes up in one piece, as small ones do.
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
                // What is gone before it was let in is no reason to stop.
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

async fn bind_random_port() -> io::Result<(TcpListener, SocketAddr)> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..BIND_ATTEMPTS {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, random_port())).await {
            Ok(listener) => {
                let address = listener.local_addr()?;
                return Ok((listener, address));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}
