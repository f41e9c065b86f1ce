//! Reproducible randomness: set `GREENROOM_TEST_SEED` to the seed that a failing test printed.

/// Creates a generator, and prints its seed, which the test runner shows if the test fails. `fork` creates another one
/// for each of several tasks.
pub(crate) fn seeded_rng() -> fastrand::Rng {
    let configured = std::env::var("GREENROOM_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = configured.unwrap_or_else(|| fastrand::u64(..));
    eprintln!("GREENROOM_TEST_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}
