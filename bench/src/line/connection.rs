use super::{Ground, Mood, Road};
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

/// Bytes that go together: what a packet holds, so that connections share a slow line as finely as a real one.
const PIECE: usize = 1_460;
/// Pieces of one direction that are on their way. More wait where they come from.
const UNDER_WAY: usize = 256;
/// How long somebody may take to hear that there is no site.
const HEARING: Duration = Duration::from_secs(1);
const BAD_GATEWAY: &[u8] =
    b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<h1>Bad Gateway</h1>";

/// One connection over a line.
pub(super) struct Connection {
    mood: watch::Receiver<Mood>,
    ground: Arc<Ground>,
    /// The cuts before it.
    cuts: u64,
    /// How often connections were stranded before it.
    strands: u64,
    /// The dice have said that its answer doesn't arrive.
    doomed: AtomicBool,
}

/// A piece and when it arrives. The end of what is sent is an empty one.
type Parcel = (Instant, Vec<u8>);

impl Connection {
    pub(super) fn new(mood: watch::Receiver<Mood>, ground: Arc<Ground>) -> Self {
        let Mood { cuts, strands, .. } = *mood.borrow();
        Self { mood, ground, cuts, strands, doomed: AtomicBool::new(false) }
    }

    /// Carries it until both sides have ended it, or it is broken.
    pub(super) async fn carry(self, mut near: TcpStream) {
        if self.mood().alone {
            // Whoever doesn't listen isn't told.
            let _ = timeout(HEARING, answer_alone(&mut near)).await;
            return;
        }
        let mut far = None;
        let whole = tokio::select! {
            carried = self.through(&mut near, &mut far) => carried.is_ok(),
            () = self.broken() => false,
        };
        if !whole {
            [Some(&near), far.as_ref()].into_iter().flatten().for_each(reset);
        }
    }

    async fn through(&self, near: &mut TcpStream, far: &mut Option<TcpStream>) -> io::Result<()> {
        wait_until(Instant::now() + self.mood().pace.delay * 2).await;
        let connected = TcpStream::connect(self.ground.target).await;
        if connected.is_err() {
            self.silence().await;
        }
        let far = far.insert(connected?);
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        let ((near_reads, near_writes), (far_reads, far_writes)) = (near.split(), far.split());
        let ended = tokio::try_join!(
            self.one_way(near_reads, far_writes, &self.ground.up, || self.try_luck()),
            self.one_way(far_reads, near_writes, &self.ground.down, || self.meet_doom()),
        );
        self.silence().await;
        ended.map(|_| ())
    }

    /// A dead line tells of no end either.
    async fn silence(&self) {
        if self.is_dead() {
            future::pending::<()>().await;
        }
    }

    /// Whether nothing gets through any more; neither in the moment between a cut and its reset, or what follows what
    /// was swallowed would.
    fn is_dead(&self) -> bool {
        let mood = self.mood();
        mood.frozen || mood.cuts != self.cuts || mood.strands != self.strands
    }

    async fn one_way(
        &self,
        mut from: ReadHalf<'_>,
        mut to: WriteHalf<'_>,
        road: &Road,
        fate: impl Fn() -> io::Result<()>,
    ) -> io::Result<()> {
        let (under_way, mut arriving) = mpsc::channel::<Parcel>(UNDER_WAY);
        let take = async move {
            loop {
                let mut piece = vec![0; PIECE];
                let length = from.read(&mut piece).await?;
                piece.truncate(length);
                let pace = self.mood().pace;
                road.pass(length, pace.rate).await;
                under_way.send((Instant::now() + pace.delay, piece)).await.map_err(|_| broken())?;
                if length == 0 {
                    return Ok(());
                }
            }
        };
        let deliver = async {
            while let Some((due, piece)) = arriving.recv().await {
                wait_until(due).await;
                if self.is_dead() {
                    continue;
                }
                if piece.is_empty() {
                    to.shutdown().await?;
                } else {
                    fate()?;
                    to.write_all(&piece).await?;
                    road.count(piece.len());
                }
            }
            Ok(())
        };
        tokio::try_join!(take, deliver).map(|_: ((), ())| ())
    }

    /// Whether a request gets through; and its answer, which shows when that comes.
    fn try_luck(&self) -> io::Result<()> {
        let odds = self.mood().odds;
        if odds > 0.0 {
            let mut rng = self.ground.rng.lock().unwrap_or_else(PoisonError::into_inner);
            if rng.random_bool(odds) {
                self.doomed.store(true, Ordering::Relaxed);
                return if rng.random_bool(0.5) { Err(broken()) } else { Ok(()) };
            }
        }
        Ok(())
    }

    fn meet_doom(&self) -> io::Result<()> {
        if self.doomed.load(Ordering::Relaxed) { Err(broken()) } else { Ok(()) }
    }

    fn mood(&self) -> Mood {
        *self.mood.borrow()
    }

    /// Done when the line was cut, or is gone.
    async fn broken(&self) {
        // An error is the end of the line.
        let _ = self.mood.clone().wait_for(|mood| mood.cuts != self.cuts).await;
    }
}

/// A timer would take up to a millisecond even for what is due.
async fn wait_until(due: Instant) {
    if due > Instant::now() {
        sleep_until(due).await;
    }
}

fn broken() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

/// What is dropped after this ends with a reset, and not with a goodbye.
fn reset(socket: &TcpStream) {
    // One that can't be set is gone already.
    let _ = socket.set_zero_linger();
}

async fn answer_alone(near: &mut TcpStream) -> io::Result<()> {
    if near.read(&mut [0; PIECE]).await? > 0 {
        near.write_all(BAD_GATEWAY).await?;
    }
    near.shutdown().await?;
    // What wasn't read would be answered with a reset, which takes the answer along.
    copy(near, &mut sink()).await?;
    Ok(())
}
