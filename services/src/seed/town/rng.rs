//! Reproducible choices.

use rand_xoshiro::{
    Xoshiro256PlusPlus,
    rand_core::{RngCore, SeedableRng},
};

/// A generator with a fixed seed.
pub(super) struct TownRng(Xoshiro256PlusPlus);

impl TownRng {
    pub(super) fn new() -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(254))
    }

    /// Returns a number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.0.next_u64() % end).unwrap_or_default()
    }

    /// Returns a day from a range, both ends included.
    pub(super) fn day(&mut self, from: i32, until: i32) -> i32 {
        let days = usize::try_from((until - from).max(0)).unwrap_or_default() + 1;
        from + i32::try_from(self.below(days)).unwrap_or_default()
    }

    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// Returns `true` in so many of a hundred cases.
    pub(super) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}
