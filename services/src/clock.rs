//! The clock, as a port so that tests can set it.

use model::Timestamp;
use std::{
    sync::{
        LazyLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

/// Source of the current time.
pub trait Clock: Send + Sync + 'static {
    /// Returns the wall-clock time. It goes back if the system's clock is set back.
    fn now(&self) -> Timestamp;

    /// Returns the time since an arbitrary moment. It never goes back, and is meaningless to other processes.
    fn monotonic(&self) -> Duration;
}

/// The system's clock.
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

/// Maximum difference between the clocks of two nodes, in milliseconds. A timestamp further in the future was written
/// before a clock was set back, and would otherwise stay valid for too long.
pub(crate) const CLOCK_SKEW: i64 = 60 * 1_000;

/// Converts to milliseconds, the unit of the database and of [`Timestamp`]. Saturates.
pub(crate) fn as_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// A clock for tests and demo data: moves only when set.
#[derive(Debug)]
pub struct ManualClock {
    wall: AtomicI64,
    /// In milliseconds.
    monotonic: AtomicU64,
}

impl ManualClock {
    /// Creates a clock whose wall-clock time is `start`.
    pub fn new(start: Timestamp) -> Self {
        Self { wall: AtomicI64::new(start.millis()), monotonic: AtomicU64::new(0) }
    }

    /// Advances both times.
    pub fn advance(&self, by: Duration) {
        self.wall.fetch_add(as_millis(by), Ordering::SeqCst);
        self.monotonic.fetch_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }

    /// Sets only the wall-clock time back, as an administrator or a time server does.
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
