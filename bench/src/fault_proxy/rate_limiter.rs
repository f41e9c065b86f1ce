use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, sleep_until};

/// How far a piece may make up for the one before, since whoever sleeps wakes a little late.
const MAX_CATCH_UP: Duration = Duration::from_millis(10);

/// One direction of a line: what is on it stands behind one another, whosever it is.
#[derive(Debug, Default)]
pub(super) struct RateLimiter {
    free_at: Mutex<Option<Instant>>,
    delivered: AtomicU64,
}

impl RateLimiter {
    /// Waits until so many bytes have gone onto it, at so many a second.
    pub(super) async fn acquire_bytes(&self, bytes: usize, rate: u32) {
        if rate > 0 {
            sleep_until(self.reserve_time(Duration::from_secs_f64(bytes as f64 / f64::from(rate)))).await;
        }
    }

    /// Until when the road is taken, with this time at its end.
    fn reserve_time(&self, time: Duration) -> Instant {
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = Instant::now() - MAX_CATCH_UP;
        let end = free_at.unwrap_or(earliest).max(earliest) + time;
        *free_at = Some(end);
        end
    }

    /// Counts what has arrived.
    pub(super) fn count_delivered(&self, bytes: usize) {
        self.delivered.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn delivered_bytes(&self) -> u64 {
        self.delivered.load(Ordering::Relaxed)
    }
}
