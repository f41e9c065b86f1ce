//! Reproducible randomness: set `GREENROOM_TEST_SEED` to the seed that a failing test printed.

use uuid::Uuid;

/// SplitMix64: small, and good enough to shuffle the actions of a test.
/// <https://prng.di.unimi.it/splitmix64.c>
pub(crate) struct Rng(u64);

impl Rng {
    /// Prints its seed, which the test runner shows if the test fails.
    pub(crate) fn new() -> Self {
        let configured = std::env::var("GREENROOM_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = configured.unwrap_or_else(|| Uuid::now_v7().as_u64_pair().1);
        eprintln!("GREENROOM_TEST_SEED={seed}");
        Self(seed)
    }

    /// Returns a number from 0 to `sides - 1`.
    pub(crate) fn below(&mut self, sides: usize) -> usize {
        let sides = u64::try_from(sides).expect("a small number of sides");
        usize::try_from(self.next() % sides).expect("less than a number that fits")
    }

    /// Creates another generator, so that each of several tasks has its own.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
