use super::{ProxyState, RateLimiter, SharedLink};
use std::{
    future, io,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy, sink},
    net::{TcpStream, tcp::ReadHalf, tcp::WriteHalf},
    sync::{mpsc, watch},
    time::{Instant, sleep_until, timeout},
};

/// Bytes per segment: as in a TCP packet, so that connections share a slow link as finely as on a real one.
const SEGMENT_SIZE: usize = 1_460;
/// Segments in flight per direction. More wait in the sender's socket.
const MAX_SEGMENTS_IN_FLIGHT: usize = 256;
/// How long a client may take to read the 502 response.
const BAD_GATEWAY_TIMEOUT: Duration = Duration::from_secs(1);
const BAD_GATEWAY: &[u8] =
    b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<h1>Bad Gateway</h1>";

/// One forwarded connection.
pub(super) struct Connection {
    state: watch::Receiver<ProxyState>,
    link: Arc<SharedLink>,
    /// [`ProxyState::cuts`] when it was accepted.
    cuts: u64,
    /// [`ProxyState::strands`] when it was accepted.
    strands: u64,
    /// Set if its response is to be dropped.
    drops_response: AtomicBool,
}

/// A segment and its delivery time. An empty one is the end of the stream.
type Segment = (Instant, Vec<u8>);

impl Connection {
    pub(super) fn new(state: watch::Receiver<ProxyState>, link: Arc<SharedLink>) -> Self {
        let ProxyState { cuts, strands, .. } = *state.borrow();
        Self { state, link, cuts, strands, drops_response: AtomicBool::new(false) }
    }

    /// Forwards until both sides have closed the connection, or it is cut.
    pub(super) async fn forward(self, mut client: TcpStream) {
        if self.current_state().answers_bad_gateway {
            // A client that doesn't read gets no response.
            let _ = timeout(BAD_GATEWAY_TIMEOUT, answer_bad_gateway(&mut client)).await;
            return;
        }
        let mut upstream = None;
        let whole = tokio::select! {
            delivered = self.forward_both_ways(&mut client, &mut upstream) => delivered.is_ok(),
            () = self.wait_cut() => false,
        };
        if !whole {
            [Some(&client), upstream.as_ref()].into_iter().flatten().for_each(reset_on_drop);
        }
    }

    async fn forward_both_ways(&self, client: &mut TcpStream, upstream: &mut Option<TcpStream>) -> io::Result<()> {
        wait_until(Instant::now() + self.current_state().conditions.delay * 2).await;
        let connected = TcpStream::connect(self.link.target).await;
        if connected.is_err() {
            self.hang_if_dead().await;
        }
        let upstream = upstream.insert(connected?);
        client.set_nodelay(true)?;
        upstream.set_nodelay(true)?;
        let ((client_reads, client_writes), (upstream_reads, upstream_writes)) = (client.split(), upstream.split());
        let ended = tokio::try_join!(
            self.forward_one_way(client_reads, upstream_writes, &self.link.up, || self.roll_for_drop()),
            self.forward_one_way(upstream_reads, client_writes, &self.link.down, || self.check_response_drop()),
        );
        self.hang_if_dead().await;
        ended.map(|_| ())
    }

    /// Never returns on a dead link, which doesn't deliver the end of a connection either.
    async fn hang_if_dead(&self) {
        if self.is_dead() {
            future::pending::<()>().await;
        }
    }

    /// Returns whether data is discarded. Also true between a cut and its reset, because data after a gap must not be
    /// delivered.
    fn is_dead(&self) -> bool {
        let state = self.current_state();
        state.frozen || state.cuts != self.cuts || state.strands != self.strands
    }

    async fn forward_one_way(
        &self,
        mut from: ReadHalf<'_>,
        mut to: WriteHalf<'_>,
        rate_limiter: &RateLimiter,
        check_drop: impl Fn() -> io::Result<()>,
    ) -> io::Result<()> {
        let (in_flight, mut arriving) = mpsc::channel::<Segment>(MAX_SEGMENTS_IN_FLIGHT);
        let receive = async move {
            loop {
                let mut segment = vec![0; SEGMENT_SIZE];
                let length = from.read(&mut segment).await?;
                segment.truncate(length);
                let conditions = self.current_state().conditions;
                rate_limiter.acquire_bytes(length, conditions.rate).await;
                in_flight.send((Instant::now() + conditions.delay, segment)).await.map_err(|_| connection_reset())?;
                if length == 0 {
                    return Ok(());
                }
            }
        };
        let deliver = async {
            while let Some((due, segment)) = arriving.recv().await {
                wait_until(due).await;
                if self.is_dead() {
                    continue;
                }
                if segment.is_empty() {
                    to.shutdown().await?;
                } else {
                    check_drop()?;
                    to.write_all(&segment).await?;
                    rate_limiter.count_delivered(segment.len());
                }
            }
            Ok(())
        };
        tokio::try_join!(receive, deliver).map(|_: ((), ())| ())
    }

    /// Decides whether a request is dropped, or its response, for which it sets `drops_response`.
    fn roll_for_drop(&self) -> io::Result<()> {
        let drop_probability = self.current_state().drop_probability;
        if drop_probability > 0.0 {
            let mut rng = self.link.rng.lock().unwrap_or_else(PoisonError::into_inner);
            if rng.random_bool(drop_probability) {
                self.drops_response.store(true, Ordering::Relaxed);
                return if rng.random_bool(0.5) { Err(connection_reset()) } else { Ok(()) };
            }
        }
        Ok(())
    }

    fn check_response_drop(&self) -> io::Result<()> {
        if self.drops_response.load(Ordering::Relaxed) { Err(connection_reset()) } else { Ok(()) }
    }

    fn current_state(&self) -> ProxyState {
        *self.state.borrow()
    }

    /// Waits until connections are cut, or the proxy is dropped.
    async fn wait_cut(&self) {
        // An error means that the proxy was dropped.
        let _ = self.state.clone().wait_for(|state| state.cuts != self.cuts).await;
    }
}

/// A timer would take up to a millisecond even if the time has passed.
async fn wait_until(due: Instant) {
    if due > Instant::now() {
        sleep_until(due).await;
    }
}

fn connection_reset() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

/// Lets dropping the socket send a reset instead of a regular close.
fn reset_on_drop(socket: &TcpStream) {
    // Fails only if the socket is closed already.
    let _ = socket.set_zero_linger();
}

async fn answer_bad_gateway(client: &mut TcpStream) -> io::Result<()> {
    if client.read(&mut [0; SEGMENT_SIZE]).await? > 0 {
        client.write_all(BAD_GATEWAY).await?;
    }
    client.shutdown().await?;
    // Reads the rest of the request: closing with unread data would send a reset, which discards the response.
    copy(client, &mut sink()).await?;
    Ok(())
}
