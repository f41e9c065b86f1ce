//! Reproducible random numbers.

use rand_xoshiro::{
    SplitMix64,
    rand_core::{RngCore, SeedableRng},
};
use std::{ops::Range, time::Duration};

/// A small generator, good enough to choose faults and actions. SplitMix64 is specified, so a kept seed makes the same
/// run with each version of its crate.
#[derive(Clone, Debug)]
pub struct SeededRng(SplitMix64);

impl SeededRng {
    /// Creates a generator; the same seed yields the same numbers.
    pub fn new(seed: u64) -> Self {
        Self(SplitMix64::seed_from_u64(seed))
    }

    /// Creates an independent generator for the participant with this index.
    pub fn for_index(seed: u64, index: usize) -> Self {
        Self::new(Self::new(seed ^ (index as u64)).0.next_u64())
    }

    /// Creates another generator, so that each of several tasks has its own.
    pub fn fork(&mut self) -> Self {
        Self::new(self.0.next_u64())
    }

    /// Returns a number that is at least 0 and less than 1.
    pub fn random_fraction(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns true with this probability, from 0 to 1.
    pub fn random_bool(&mut self, odds: f64) -> bool {
        self.random_fraction() < odds
    }

    /// Returns a number below `end`.
    pub fn random_below(&mut self, end: u64) -> u64 {
        self.0.next_u64() % end.max(1)
    }

    /// Returns an index into a list of this length.
    pub fn random_index(&mut self, length: usize) -> usize {
        self.random_below(length as u64) as usize
    }

    /// Returns as many bytes as a UUID has.
    pub fn random_bytes(&mut self) -> [u8; 16] {
        ((u128::from(self.0.next_u64()) << 64) | u128::from(self.0.next_u64())).to_be_bytes()
    }

    /// Returns a random duration, from a range in milliseconds.
    pub fn random_millis(&mut self, range: Range<u64>) -> Duration {
        Duration::from_millis(range.start + self.random_below(range.end.saturating_sub(range.start)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Another sequence would make other runs of the seeds in `chaos/seeds.txt`.
    #[test]
    fn a_seed_yields_the_same_numbers_in_every_version() {
        let mut rng = SeededRng::new(1_234_567);
        let reference = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!([(); 3].map(|()| rng.random_below(u64::MAX)), reference);
        let mut rng = SeededRng::for_index(969_643, 7);
        assert_eq!([(); 3].map(|()| rng.random_below(1_000)), [342, 813, 328]);
    }
}
