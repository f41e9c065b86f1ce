//! Event dates for bookings.

use model::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// Returns the date in one year: the server accepts dates from today to five years ahead.
pub fn future_event_date() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let today = Timestamp::from_millis(i64::try_from(since).unwrap_or_default()).day();
    today.years_later(1).unwrap_or(today).to_string()
}
