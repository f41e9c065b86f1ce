//! Statistics of durations.

use std::time::Duration;

/// The durations of many operations.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Adds a duration.
    pub fn record(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// Adds those of another run.
    pub fn extend(&mut self, others: Latencies) {
        self.0.extend(others.0);
    }

    /// Returns a percentile in milliseconds, NaN if there are no durations.
    pub fn percentile_millis(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
        sorted.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
    }

    /// Returns the number of durations.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}
