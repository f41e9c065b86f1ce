//! Replays the log to lagging live streams: those that missed an event that another process wrote, or that was
//! published out of order. One statement at a time reads for all of them, whatever their number.

use super::{event_log, hub::Hub};
use crate::metrics;
use model::{PersonId, Timestamp};
use std::{collections::HashSet, time::Duration};

/// People per statement.
const BATCH: usize = 100;
/// Pause before retrying after a database error.
const RETRY_DELAY: Duration = Duration::from_secs(1);

impl Hub {
    /// Reads events for the lagging streams until none is left. At most one of these tasks runs at a time.
    pub(super) async fn catch_up(self) {
        while let Some(lagging) = self.drain_lagging(BATCH) {
            match event_log::events_after_each(self.store().reader(), &lagging).await {
                Ok(events) => {
                    for event in &events {
                        self.publish(event.person(), event.seq, &event.sse_frame());
                        metrics::record_event_delivered("replay", Timestamp::from_millis(event.at));
                    }
                    // An event that the log doesn't contain will never come: disconnecting makes the client start again
                    // with a reset.
                    let found: HashSet<(PersonId, i64)> =
                        events.iter().map(|event| (event.person(), event.seq)).collect();
                    let missing = lagging.into_iter().filter(|(id, last)| !found.contains(&(*id, last + 1)));
                    missing.for_each(|(id, last)| self.disconnect_stale(id, last));
                }
                Err(error) => {
                    error.into_api_error();
                    tokio::time::sleep(RETRY_DELAY).await;
                    lagging.iter().for_each(|(id, _)| self.advance_last_seq(*id, 0));
                }
            }
        }
    }
}
