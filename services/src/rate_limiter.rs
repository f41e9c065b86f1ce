use crate::{clock::Clock, pruned_map::PrunedMap};
use model::ApiError;
use std::{
    collections::VecDeque,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Sliding-window rate limiter: allows each key `limit` acquisitions within `window`. Uses the monotonic clock: a wall
/// clock set back by an hour would refuse everyone for an hour longer.
pub(crate) struct RateLimiter<K> {
    clock: Arc<dyn Clock>,
    limit: usize,
    window: Duration,
    usage: Mutex<PrunedMap<K, VecDeque<Duration>>>,
}

impl<K: Hash + Eq> RateLimiter<K> {
    pub(crate) fn new(clock: &Arc<dyn Clock>, limit: usize, window: Duration) -> Self {
        Self { clock: clock.clone(), limit, window, usage: Mutex::default() }
    }

    /// Checks without acquiring. Fails with the seconds until the next acquisition is possible.
    pub(crate) fn check(&self, key: K) -> Result<(), ApiError> {
        self.with_capacity(key, |_, _| ())
    }

    /// Acquires one, or fails. Acquire before the work, so that concurrent attempts can't all pass the check;
    /// [`RateLimiter::refund`] undoes it.
    pub(crate) fn acquire(&self, key: K) -> Result<(), ApiError> {
        self.with_capacity(key, VecDeque::push_back)
    }

    fn with_capacity(&self, key: K, then: impl FnOnce(&mut VecDeque<Duration>, Duration)) -> Result<(), ApiError> {
        let now = self.clock.monotonic();
        let mut usage = self.lock();
        let is_current = |times: &VecDeque<Duration>| times.back().is_some_and(|last| *last + self.window > now);
        let times = usage.entry(key, now, is_current);
        while times.front().is_some_and(|first| *first + self.window <= now) {
            times.pop_front();
        }
        if times.len() >= self.limit {
            let free = times.front().map_or(Duration::ZERO, |first| (*first + self.window).saturating_sub(now));
            let retry_after = u64::try_from(free.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX).max(1);
            return Err(ApiError::RateLimited { retry_after });
        }
        then(times, now);
        Ok(())
    }

    /// Undoes all acquisitions of a key.
    pub(crate) fn forget(&self, key: &K) {
        self.lock().remove(key);
    }

    /// Undoes the last acquisition of a key.
    pub(crate) fn refund(&self, key: &K) {
        if let Some(times) = self.lock().get_mut(key) {
            times.pop_back();
        }
    }

    fn lock(&self) -> MutexGuard<'_, PrunedMap<K, VecDeque<Duration>>> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use model::Timestamp;

    const SECOND: Duration = Duration::from_secs(1);

    fn limiter() -> (Arc<ManualClock>, RateLimiter<&'static str>) {
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(0)));
        let shared: Arc<dyn Clock> = clock.clone();
        (clock, RateLimiter::new(&shared, 2, 60 * SECOND))
    }

    #[test]
    fn a_key_is_limited_within_its_window() {
        let (clock, limiter) = limiter();
        assert_eq!(limiter.acquire("sarah"), Ok(()));
        clock.advance(20 * SECOND);
        assert_eq!(limiter.acquire("sarah"), Ok(()));
        clock.advance(10 * SECOND);
        assert_eq!(limiter.acquire("sarah"), Err(ApiError::RateLimited { retry_after: 30 }));
        assert_eq!(limiter.acquire("kamau"), Ok(()));
        clock.advance(30 * SECOND);
        assert_eq!(limiter.acquire("sarah"), Ok(()));
        limiter.refund(&"sarah");
        clock.advance(SECOND);
        assert_eq!(limiter.acquire("sarah"), Ok(()));
    }

    #[test]
    fn a_clock_set_back_does_not_extend_the_window() {
        let (clock, limiter) = limiter();
        assert_eq!((limiter.acquire("sarah"), limiter.acquire("sarah")), (Ok(()), Ok(())));
        clock.set_back(3_600 * SECOND);
        assert_eq!(limiter.acquire("sarah"), Err(ApiError::RateLimited { retry_after: 60 }));
        clock.advance(60 * SECOND);
        assert_eq!(limiter.acquire("sarah"), Ok(()));
    }
}
