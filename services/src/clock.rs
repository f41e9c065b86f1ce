//! The time, so that tests can set it.

use model::Timestamp;
use std::{
    sync::{
        LazyLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Now, as people and the database know it. It goes back where the machine's clock is set back.
    fn now(&self) -> Timestamp;

    /// The time since some moment before: it never goes back, and says nothing to another process.
    fn monotonic(&self) -> Duration;
}

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(as_millis(since_epoch))
    }

    fn monotonic(&self) -> Duration {
        static START: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
        START.elapsed()
    }
}

/// How many milliseconds the clocks of two nodes may be apart. What is dated further ahead was written before a clock was
/// set back, and would otherwise count for too long.
pub(crate) const CLOCK_SKEW: i64 = 60 * 1_000;

/// As the database and [`Timestamp`] count it.
pub(crate) fn as_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// A clock that only moves when told to.
#[derive(Debug)]
pub struct ManualClock {
    wall: AtomicI64,
    /// Milliseconds.
    monotonic: AtomicU64,
}

impl ManualClock {
    /// Stands at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self { wall: AtomicI64::new(start.millis()), monotonic: AtomicU64::new(0) }
    }

    /// Moves on.
    pub fn advance(&self, by: Duration) {
        self.wall.fetch_add(as_millis(by), Ordering::SeqCst);
        self.monotonic.fetch_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }

    /// Sets the wall clock back, as an administrator or a time server does.
    pub fn set_back(&self, by: Duration) {
        self.wall.fetch_sub(as_millis(by), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.wall.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.monotonic.load(Ordering::SeqCst))
    }
}
