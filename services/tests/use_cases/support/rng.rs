//! Reproducible randomness: set `GREENROOM_TEST_SEED` to the seed that a failing test printed.

use test_support::rng::SeededRng;
use uuid::Uuid;

/// Creates a generator and prints its seed, which the test runner shows if the test fails.
pub(crate) fn test_rng() -> SeededRng {
    let configured = std::env::var("GREENROOM_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = configured.unwrap_or_else(|| Uuid::now_v7().as_u64_pair().1);
    eprintln!("GREENROOM_TEST_SEED={seed}");
    SeededRng::new(seed)
}
