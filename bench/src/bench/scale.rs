//! How much is measured: all of it, or so little that one sees whether it runs.

use std::time::Duration;

/// As the table wants it, or small.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    pub(crate) small: bool,
}

impl Scale {
    /// How often the sides take turns.
    pub(crate) fn rounds(self) -> usize {
        if self.small { 1 } else { 3 }
    }

    /// A number of the table, or a tenth of it.
    pub(crate) fn scale_count(self, full: usize) -> usize {
        if self.small { full / 10 } else { full }
    }

    /// A while, or a fifth of it.
    pub(crate) fn scale_duration(self, full: Duration) -> Duration {
        if self.small { full / 5 } else { full }
    }
}
