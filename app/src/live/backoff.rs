//! Exponential backoff with jitter: browsers must not retry together.

use std::time::Duration;

/// Returns the longest pause before the next attempt after `failures` failed ones: it doubles with each.
pub(super) fn longest_pause(initial: Duration, max: Duration, failures: u32) -> Duration {
    initial.saturating_mul(1 << failures.min(10)).min(max)
}

/// Returns a random factor from 0.5 to 1, by which a pause is shortened.
pub(super) fn jitter() -> f64 {
    0.5 + js_sys::Math::random() / 2.0
}
