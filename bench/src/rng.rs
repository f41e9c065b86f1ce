//! Chance that comes again with its seed.

use std::{ops::Range, time::Duration};

/// Dice thrown by a small generator (SplitMix64): good enough to choose what goes wrong, and the same everywhere.
#[derive(Clone, Debug)]
pub struct SeededRng(u64);

impl SeededRng {
    /// The same seed throws the same.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Dice of their own for the one with this number.
    pub fn for_index(seed: u64, index: usize) -> Self {
        Self(Self(seed ^ (index as u64)).next_u64())
    }

    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1, without 1.
    pub fn random_fraction(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something happens whose odds are so many of one.
    pub fn random_bool(&mut self, odds: f64) -> bool {
        self.random_fraction() < odds
    }

    /// A number below another.
    pub fn random_below(&mut self, end: u64) -> u64 {
        self.next_u64() % end.max(1)
    }

    /// As many as an id has.
    pub fn random_bytes(&mut self) -> [u8; 16] {
        ((u128::from(self.next_u64()) << 64) | u128::from(self.next_u64())).to_be_bytes()
    }

    /// So many milliseconds.
    pub fn random_millis(&mut self, range: Range<u64>) -> Duration {
        Duration::from_millis(range.start + self.random_below(range.end.saturating_sub(range.start)))
    }
}
