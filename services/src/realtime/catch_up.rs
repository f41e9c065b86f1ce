//! Reads the log for streams that missed something: what another process wrote, or what was told out of order. However
//! many streams and people there are, one statement at a time serves all of them.

use super::{event_log, hub::Hub};
use crate::metrics;
use model::{PersonId, Timestamp};
use std::{collections::HashSet, time::Duration};

/// People read for at once.
const BATCH: usize = 100;
/// How long to wait for a database that doesn't answer.
const RETRY_DELAY: Duration = Duration::from_secs(1);

impl Hub {
    /// Until nobody is behind.
    pub(super) async fn catch_up(self) {
        while let Some(lagging) = self.drain_lagging(BATCH) {
            match event_log::events_after_each(self.store().reader(), &lagging).await {
                Ok(events) => {
                    for event in &events {
                        self.publish(event.person(), event.seq, &event.sse_frame());
                        metrics::record_event_delivered("read", Timestamp::from_millis(event.at));
                    }
                    // What the log doesn't hold never comes: whoever waits for it begins anew.
                    let found: HashSet<(PersonId, i64)> =
                        events.iter().map(|event| (event.person(), event.seq)).collect();
                    let lost = lagging.into_iter().filter(|(id, last)| !found.contains(&(*id, last + 1)));
                    lost.for_each(|(id, last)| self.disconnect_stale(id, last));
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
