use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, sleep_until};

/// How far a delayed segment may catch up, because timers fire slightly late.
const MAX_CATCH_UP: Duration = Duration::from_millis(10);

/// The bandwidth of one direction: segments of all connections queue for it.
#[derive(Debug, Default)]
pub(super) struct RateLimiter {
    free_at: Mutex<Option<Instant>>,
    delivered: AtomicU64,
}

impl RateLimiter {
    /// Waits until the bytes are sent, at a rate in bytes per second.
    pub(super) async fn acquire_bytes(&self, bytes: usize, rate: u32) {
        if rate > 0 {
            sleep_until(self.reserve_time(Duration::from_secs_f64(bytes as f64 / f64::from(rate)))).await;
        }
    }

    /// Reserves the link for a duration after all earlier reservations, and returns its end.
    fn reserve_time(&self, time: Duration) -> Instant {
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = Instant::now() - MAX_CATCH_UP;
        let end = free_at.unwrap_or(earliest).max(earliest) + time;
        *free_at = Some(end);
        end
    }

    /// Counts delivered bytes.
    pub(super) fn count_delivered(&self, bytes: usize) {
        self.delivered.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn delivered_bytes(&self) -> u64 {
        self.delivered.load(Ordering::Relaxed)
    }
}
