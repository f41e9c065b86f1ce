//! Reproducible random numbers.

use std::{ops::Range, time::Duration};

/// A small generator (SplitMix64): good enough to choose faults and actions, and the same on every machine. Not a
/// crate's, whose algorithm could change and with it the runs of the kept seeds.
/// <https://prng.di.unimi.it/splitmix64.c>
#[derive(Clone, Debug)]
pub struct SeededRng(u64);

impl SeededRng {
    /// Creates a generator; the same seed yields the same numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Creates an independent generator for the participant with this index.
    pub fn for_index(seed: u64, index: usize) -> Self {
        Self(Self(seed ^ (index as u64)).next_u64())
    }

    /// Creates another generator, so that each of several tasks has its own.
    pub fn fork(&mut self) -> Self {
        Self(self.next_u64())
    }

    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number that is at least 0 and less than 1.
    pub fn random_fraction(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns true with this probability, from 0 to 1.
    pub fn random_bool(&mut self, odds: f64) -> bool {
        self.random_fraction() < odds
    }

    /// Returns a number below `end`.
    pub fn random_below(&mut self, end: u64) -> u64 {
        self.next_u64() % end.max(1)
    }

    /// Returns an index into a list of this length.
    pub fn random_index(&mut self, length: usize) -> usize {
        self.random_below(length as u64) as usize
    }

    /// Returns as many bytes as a UUID has.
    pub fn random_bytes(&mut self) -> [u8; 16] {
        ((u128::from(self.next_u64()) << 64) | u128::from(self.next_u64())).to_be_bytes()
    }

    /// Returns a random duration, from a range in milliseconds.
    pub fn random_millis(&mut self, range: Range<u64>) -> Duration {
        Duration::from_millis(range.start + self.random_below(range.end.saturating_sub(range.start)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seeds of failed chaos tests are kept; another sequence would repeat other runs.
    #[test]
    fn a_seed_yields_its_sequence_for_ever() {
        let mut rng = SeededRng::new(1_234_567);
        let numbers = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423_u64];
        assert_eq!([(); 3].map(|()| rng.next_u64()), numbers);
        assert_eq!(SeededRng::for_index(1_234_567, 0).next_u64(), SeededRng::new(numbers[0]).next_u64());
    }
}
