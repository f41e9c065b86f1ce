use crate::{clock::Clock, pruned_map::PrunedMap};
use model::ApiError;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Failed sign-ins to one account, from all networks, before the first wait.
const FREE_FAILURES: u32 = 50;
/// The wait after the last free failure; each further failure doubles it, up to `MAX_WAIT`.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const MAX_WAIT: Duration = Duration::from_secs(15 * 60);
/// Time after the last failure at which the count restarts.
const FAILURE_TTL: Duration = Duration::from_secs(60 * 60);

/// Exponential backoff per account, against guessing from many networks that each stay below their own limit. Callers
/// skip it for devices that signed in before.
pub(crate) struct Lockout {
    clock: Arc<dyn Clock>,
    accounts: Mutex<PrunedMap<String, Failures>>,
}

#[derive(Clone, Copy, Default)]
struct Failures {
    count: u32,
    last: Duration,
    locked_until: Duration,
}

impl Lockout {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, accounts: Mutex::default() }
    }

    /// Returns `RateLimited` with the remaining seconds while the account is locked out.
    pub(crate) fn check(&self, account: &str) -> Result<(), ApiError> {
        let now = self.clock.monotonic();
        let remaining = self.lock().get(account).map_or(Duration::ZERO, |known| known.locked_until.saturating_sub(now));
        if remaining.is_zero() {
            return Ok(());
        }
        Err(ApiError::RateLimited {
            retry_after: u64::try_from(remaining.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX),
        })
    }

    /// Counts a failure. Called before the password is verified, so that concurrent attempts can't exceed the limit.
    pub(crate) fn charge(&self, account: &str) {
        let now = self.clock.monotonic();
        let mut accounts = self.lock();
        let known = accounts.entry(account.to_owned(), now, |known| known.last + FAILURE_TTL > now);
        if known.last + FAILURE_TTL <= now {
            *known = Failures::default();
        }
        known.count += 1;
        known.last = now;
        if let Some(doublings) = known.count.checked_sub(FREE_FAILURES) {
            known.locked_until = now + (FIRST_WAIT * 2_u32.pow(doublings.min(16))).min(MAX_WAIT);
        }
    }

    /// Undoes a charge, because the password was right or was never verified.
    pub(crate) fn refund(&self, account: &str) {
        let now = self.clock.monotonic();
        if let Some(known) = self.lock().get_mut(account) {
            known.count = known.count.saturating_sub(1);
            known.locked_until = known.locked_until.min(now);
        }
    }

    /// Clears the failures, because the account has another password.
    pub(crate) fn reset(&self, account: &str) {
        self.lock().remove(account);
    }

    /// Returns whether the free failures are used up, at which point the owner is warned by email.
    pub(crate) fn is_under_attack(&self, account: &str) -> bool {
        self.lock().get(account).is_some_and(|known| known.count >= FREE_FAILURES)
    }

    fn lock(&self) -> MutexGuard<'_, PrunedMap<String, Failures>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::ManualClock,
        pruned_map::{CAPACITY, PRUNE_EVERY},
    };
    use model::Timestamp;

    #[test]
    fn each_failure_past_the_free_ones_doubles_the_lockout() {
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(0)));
        let lockout = Lockout::new(clock.clone());
        for _ in 0..FREE_FAILURES - 1 {
            lockout.charge("sarah");
        }
        assert_eq!(lockout.check("sarah"), Ok(()));
        for wait in [1, 2, 4, 8] {
            lockout.charge("sarah");
            assert_eq!(lockout.check("sarah"), Err(ApiError::RateLimited { retry_after: wait }));
            assert_eq!(lockout.check("kamau"), Ok(()));
            clock.advance(Duration::from_secs(wait));
            assert_eq!(lockout.check("sarah"), Ok(()));
        }
        for _ in 0..40 {
            lockout.charge("sarah");
        }
        assert_eq!(lockout.check("sarah"), Err(ApiError::RateLimited { retry_after: 15 * 60 }));
        clock.set_back(Duration::from_secs(60 * 60));
        clock.advance(FAILURE_TTL);
        lockout.charge("sarah");
        assert_eq!(lockout.check("sarah"), Ok(()), "the failures have expired");
    }

    #[test]
    fn many_accounts_are_pruned_once_a_second() {
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(0)));
        let lockout = Lockout::new(clock.clone());
        let count_accounts = || lockout.lock().len();
        (0..CAPACITY).for_each(|number| lockout.charge(&number.to_string()));
        clock.advance(FAILURE_TTL - PRUNE_EVERY / 2);
        lockout.charge("sarah");
        assert_eq!(count_accounts(), CAPACITY + 1, "no failure has expired yet");
        clock.advance(PRUNE_EVERY / 2);
        lockout.charge("kamau");
        assert_eq!(count_accounts(), CAPACITY + 2, "half a second later it isn't pruned again");
        clock.advance(PRUNE_EVERY / 2);
        lockout.charge("achieng");
        assert_eq!(count_accounts(), 3);
    }

    #[test]
    fn a_refund_lifts_the_lockout() {
        let lockout = Lockout::new(Arc::new(ManualClock::new(Timestamp::from_millis(0))));
        for _ in 0..FREE_FAILURES {
            lockout.charge("sarah");
        }
        assert!(lockout.check("sarah").is_err() && lockout.is_under_attack("sarah"));
        lockout.refund("sarah");
        assert!(lockout.check("sarah").is_ok() && !lockout.is_under_attack("sarah"));
    }
}
