//! The end of the day by which a list was read.

use super::{Connection, Live};
use crate::reactive::effect;
use leptos::prelude::*;
use model::Timestamp;

impl Live {
    /// Makes lists and counts reload when the day of one of them ends: bookings become past, and need no
    /// answer any more. The server says when that is, because it chose the time zone.
    pub fn reload_after(self, ends_at: Timestamp) {
        // Not on the first run: if the clocks differ, the list that was just loaded may be of the ended day again. The
        // next minute tries again.
        let mut is_first = true;
        effect(move || {
            let is_due = self.locale.is_past(ends_at) && self.connection.get() == Connection::Live;
            if is_due && !is_first {
                self.needs_reload.update(|times| *times += 1);
            }
            is_first = false;
        });
    }
}
