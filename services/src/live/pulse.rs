use super::{hub::Signal, log};
use crate::{Greenroom, Result};
use std::time::Duration;

/// People looked up at once.
const BATCH: usize = 500;

impl Greenroom {
    /// Gives every stream its heartbeat, for ever. A heartbeat carries the newest number from the
    /// database, not from this process: one that is ahead of what a stream has sent makes it read on,
    /// so that nothing another process wrote stays unheard.
    pub async fn keep_pulse(self) {
        let mut ticks = tokio::time::interval(self.limits.heartbeat.max(Duration::from_millis(10)));
        loop {
            ticks.tick().await;
            if let Err(error) = self.beat().await {
                // No heartbeat where there is no database: silence is how clients notice.
                error.into_refusal();
            }
        }
    }

    async fn beat(&self) -> Result<()> {
        for people in self.hub.present().chunks(BATCH) {
            for (person, head) in log::heads(self.store.reader(), people).await? {
                self.hub.tell(person, &Signal::Head(head));
            }
        }
        Ok(())
    }
}
