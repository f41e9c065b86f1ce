//! Times, and what is said of them.

use std::time::Duration;

/// How long each of many things took.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// One more.
    pub fn record(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// Those of another run.
    pub fn extend(&mut self, others: Latencies) {
        self.0.extend(others.0);
    }

    /// The time that so many of a hundred didn't exceed, in milliseconds.
    pub fn percentile_millis(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
        sorted.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}
