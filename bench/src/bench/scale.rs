//! How much is measured: everything, or only enough to see whether the programs run.

use std::time::Duration;

/// Full size, or `--small`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    pub(crate) small: bool,
}

impl Scale {
    /// Returns how many rounds the two sides alternate.
    pub(crate) fn rounds(self) -> usize {
        if self.small { 1 } else { 3 }
    }

    /// Returns the full count, or a tenth of it.
    pub(crate) fn scale_count(self, full: usize) -> usize {
        if self.small { full / 10 } else { full }
    }

    /// Returns the full duration, or a fifth of it.
    pub(crate) fn scale_duration(self, full: Duration) -> Duration {
        if self.small { full / 5 } else { full }
    }
}
