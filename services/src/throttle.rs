use crate::clock::millis;
use model::{Instant, Refusal};
use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// Keys held before those that have run out are looked for.
const CROWD: usize = 10_000;
const SECOND: i64 = 1_000;

/// Allows each key so many takes in any window of time.
pub(crate) struct Throttle<K> {
    limit: usize,
    window: i64,
    taken: Mutex<HashMap<K, VecDeque<i64>>>,
    /// When those that have run out were last looked for.
    pruned: AtomicI64,
}

impl<K: Hash + Eq> Throttle<K> {
    pub(crate) fn new(limit: usize, window: Duration) -> Self {
        Self { limit, window: millis(window), taken: Mutex::default(), pruned: AtomicI64::new(i64::MIN) }
    }

    /// Refuses, with the seconds until the next is free, where nothing is left to take.
    pub(crate) fn check(&self, key: K, now: Instant) -> Result<(), Refusal> {
        self.with_room(key, now.millis(), |_| ())
    }

    /// Takes one, or refuses. Taking comes before the work, so that many tries at once can't slip through
    /// together; [`Throttle::give_back`] undoes it.
    pub(crate) fn take(&self, key: K, now: Instant) -> Result<(), Refusal> {
        self.with_room(key, now.millis(), |times| times.push_back(now.millis()))
    }

    fn with_room(&self, key: K, now: i64, then: impl FnOnce(&mut VecDeque<i64>)) -> Result<(), Refusal> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        // Not at every take: a crowd must not make each of its members cost as much as all of it.
        if taken.len() >= CROWD && self.pruned.load(Ordering::Relaxed).saturating_add(SECOND) <= now {
            self.pruned.store(now, Ordering::Relaxed);
            taken.retain(|_, times| times.back().is_some_and(|last| last + self.window > now));
        }
        let times = taken.entry(key).or_default();
        while times.front().is_some_and(|first| first + self.window <= now) {
            times.pop_front();
        }
        if times.len() >= self.limit {
            let free = times.front().map_or(0, |first| first + self.window - now);
            let retry_after = u64::try_from(free).unwrap_or_default().div_ceil(1_000).max(1);
            return Err(Refusal::RateLimited { retry_after });
        }
        then(times);
        Ok(())
    }

    /// Undoes the last take.
    pub(crate) fn give_back(&self, key: &K) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(times) = taken.get_mut(key) {
            times.pop_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_refused_past_its_limit_and_free_again_after_the_window() {
        let throttle = Throttle::new(2, Duration::from_secs(60));
        let at = |seconds: i64| Instant::from_millis(seconds * 1_000);
        assert_eq!(throttle.take("sarah", at(0)), Ok(()));
        assert_eq!(throttle.take("sarah", at(20)), Ok(()));
        assert_eq!(throttle.take("sarah", at(30)), Err(Refusal::RateLimited { retry_after: 30 }));
        assert_eq!(throttle.take("kamau", at(30)), Ok(()));
        assert_eq!(throttle.take("sarah", at(60)), Ok(()));
        throttle.give_back(&"sarah");
        assert_eq!(throttle.take("sarah", at(61)), Ok(()));
    }
}
