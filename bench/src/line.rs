//! The line between somebody and a site, to be made bad: a proxy for TCP on 127.0.0.1.
//!
//! Everything is bounded: how many connections it carries at once, and how much of each is on its way.
//!
//! # Layout
//! - this file: what can be wrong with a line, and how that is told to it
//! - [`connection`]: one connection, from here to there
//! - [`road`]: what all connections share in one direction

mod connection;
mod road;

use crate::{ports::some_port, rng::SeededRng};
use connection::Connection;
use road::Road;
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{Mutex as Door, Semaphore, watch},
    task::JoinHandle,
};

/// Connections carried at once; more wait at the door.
const CONNECTIONS: usize = 2_048;
/// How often another port is tried where one is taken.
const TRIES: usize = 50;
/// Nothing is held back for longer.
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// How fast a line is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// How long everything takes one way. A new connection begins with a round trip. At most a minute.
    pub delay: Duration,
    /// Bytes a second in each direction, for all connections together; 0 is no limit.
    pub rate: u32,
}

/// What the line has delivered, in bytes, without what TCP and IP put around them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// To the site.
    pub up: u64,
    /// From the site.
    pub down: u64,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, Default)]
struct Mood {
    /// Counts up; connections from before are broken.
    cuts: u64,
    /// Counts up; connections from before are dead for good, and nothing says so.
    strands: u64,
    frozen: bool,
    alone: bool,
    pace: Pace,
    /// Of one, that a request breaks its connection.
    odds: f64,
}

/// What the connections of a line share.
#[derive(Debug)]
struct Ground {
    target: SocketAddr,
    up: Road,
    down: Road,
    rng: Mutex<SeededRng>,
}

/// A line to one address, itself at another that stays the same. Everything breaks when it is dropped.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    mood: watch::Sender<Mood>,
    ground: Arc<Ground>,
    seats: Arc<Semaphore>,
    /// Whoever lets connections in, unless they are refused.
    door: Door<Option<JoinHandle<()>>>,
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(porter) = self.door.get_mut().take() {
            porter.abort();
        }
    }
}

impl Line {
    /// A line to a port of this machine that lets everything through.
    ///
    /// # Errors
    /// When there is no port to listen on.
    pub async fn to(port: u16) -> io::Result<Self> {
        let (listener, address) = listen_somewhere().await?;
        let ground = Ground {
            target: (Ipv4Addr::LOCALHOST, port).into(),
            up: Road::default(),
            down: Road::default(),
            rng: Mutex::new(SeededRng::new(0)),
        };
        let line = Self {
            address,
            mood: watch::Sender::default(),
            ground: Arc::new(ground),
            seats: Arc::new(Semaphore::new(CONNECTIONS)),
            door: Door::default(),
        };
        *line.door.lock().await = Some(line.let_in(listener));
        Ok(line)
    }

    /// Where it begins.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it begins, for HTTP.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it has delivered since it is there.
    pub fn carried(&self) -> Carried {
        Carried { up: self.ground.up.carried(), down: self.ground.down.carried() }
    }

    /// Lets everything through, as fast as it can, at the same address as before. What was frozen breaks, because
    /// parts of it are missing.
    ///
    /// # Errors
    /// When another program has taken the address since it was refused.
    pub async fn restore(&self) -> io::Result<()> {
        self.change(|mood| {
            *mood = Mood { cuts: mood.cuts + u64::from(mood.frozen), strands: mood.strands, ..Mood::default() };
        });
        let mut door = self.door.lock().await;
        if door.is_none() {
            *door = Some(self.let_in(TcpListener::bind(self.address).await?));
        }
        Ok(())
    }

    /// Breaks every connection with a reset. New ones get through.
    pub fn cut(&self) {
        self.change(|mood| mood.cuts += 1);
    }

    /// Breaks every connection, and lets none in.
    pub async fn refuse(&self) {
        let mut door = self.door.lock().await;
        if let Some(porter) = door.take() {
            porter.abort();
            // It has stopped listening when it is gone, which it only can be.
            let _ = porter.await;
        }
        self.cut();
    }

    /// Swallows everything, and says nothing: the line looks fine and is dead.
    pub fn freeze(&self) {
        self.change(|mood| mood.frozen = true);
    }

    /// Lets new connections through and leaves those from before dead, without a word: as after a change of network, or
    /// behind a router that has forgotten them.
    pub fn strand(&self) {
        self.change(|mood| {
            mood.strands += 1;
            mood.frozen = false;
        });
    }

    /// Answers for the site by itself, as a gateway does behind which a site is down.
    pub fn stand_alone(&self) {
        self.change(|mood| {
            mood.alone = true;
            mood.cuts += 1;
        });
    }

    /// Slows down what comes from now on.
    pub fn slow(&self, Pace { delay, rate }: Pace) {
        self.change(|mood| mood.pace = Pace { delay: delay.min(LONGEST_DELAY), rate });
    }

    /// Breaks some connections at a request, with these odds of one: half of them before it arrives, half of them in
    /// place of the answer. A request is whatever goes up in one piece, as small ones do.
    pub fn gamble(&self, odds: f64, seed: u64) {
        *self.ground.rng.lock().unwrap_or_else(PoisonError::into_inner) = SeededRng::new(seed);
        self.change(|mood| mood.odds = odds);
    }

    fn change(&self, change: impl FnOnce(&mut Mood)) {
        self.mood.send_modify(change);
    }

    fn let_in(&self, listener: TcpListener) -> JoinHandle<()> {
        let (mood, ground, seats) = (self.mood.subscribe(), self.ground.clone(), self.seats.clone());
        tokio::spawn(async move {
            while let Ok(seat) = seats.clone().acquire_owned().await {
                // What is gone before it was let in is no reason to stop.
                let Ok((near, _)) = listener.accept().await else { continue };
                let connection = Connection::new(mood.clone(), ground.clone());
                tokio::spawn(async move {
                    connection.carry(near).await;
                    drop(seat);
                });
            }
        })
    }
}

async fn listen_somewhere() -> io::Result<(TcpListener, SocketAddr)> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..TRIES {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, some_port())).await {
            Ok(listener) => {
                let address = listener.local_addr()?;
                return Ok((listener, address));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}
