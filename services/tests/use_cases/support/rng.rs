//! Chance that can be replayed: set `GREENROOM_TEST_SEED` to what a failing test printed.

use uuid::Uuid;

/// SplitMix64: small, and good enough for shuffling what tests do.
/// <https://prng.di.unimi.it/splitmix64.c>
pub(crate) struct Rng(u64);

impl Rng {
    /// Says its seed, which is shown when the test fails.
    pub(crate) fn new() -> Self {
        let told = std::env::var("GREENROOM_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = told.unwrap_or_else(|| Uuid::now_v7().as_u64_pair().1);
        eprintln!("GREENROOM_TEST_SEED={seed}");
        Self(seed)
    }

    /// A number from 0 to one less than `sides`.
    pub(crate) fn below(&mut self, sides: usize) -> usize {
        let sides = u64::try_from(sides).expect("a small number of sides");
        usize::try_from(self.next() % sides).expect("less than a number that fits")
    }

    /// Other rng, so that each of several tasks has its own.
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
