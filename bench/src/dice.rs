//! Chance that comes again with its seed.

use std::{ops::Range, time::Duration};

/// Dice thrown by a small generator (SplitMix64): good enough to choose what goes wrong, and the same everywhere.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The same seed throws the same.
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// Dice of their own for the one with this number.
    pub fn of(seed: u64, number: usize) -> Self {
        Self(Self(seed ^ (number as u64)).next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1, without 1.
    pub fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something happens whose odds are so many of one.
    pub fn happens(&mut self, odds: f64) -> bool {
        self.fraction() < odds
    }

    /// A number below another.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// As many as an id has.
    pub fn bytes(&mut self) -> [u8; 16] {
        ((u128::from(self.next()) << 64) | u128::from(self.next())).to_be_bytes()
    }

    /// So many milliseconds.
    pub fn millis(&mut self, range: Range<u64>) -> Duration {
        Duration::from_millis(range.start + self.below(range.end.saturating_sub(range.start)))
    }
}
