use super::log;
use crate::{Greenroom, Result};
use model::{Ending, PersonId};
use std::time::Duration;

/// People or sessions looked up at once.
const BATCH: usize = 500;

/// People whose streams get their heartbeat at once, and the pause after them.
const BEAT_TOGETHER: usize = 50;
const BETWEEN_BEATS: Duration = Duration::from_millis(2);

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

    /// Looks how far everybody who is here has come, whoever wrote it.
    pub(super) async fn look(&self) -> Result<Vec<PersonId>> {
        let present = self.hub.present_people();
        for people in present.chunks(BATCH) {
            for (person, head) in log::heads(self.store.reader(), people).await? {
                self.hub.advance_last_seq(person, head);
            }
        }
        Ok(present)
    }

    /// Ends the streams of whoever signed out through another process.
    pub(super) async fn end_what_is_over(&self) -> Result<()> {
        for sessions in self.hub.connected_sessions().chunks(BATCH) {
            for (person, session) in self.gone(sessions).await? {
                self.hub.end_session(person, session, Ending::SignedOut);
            }
        }
        Ok(())
    }

    async fn beat(&self) -> Result<()> {
        self.end_what_is_over().await?;
        let present = self.look().await?;
        // A heartbeat tells of what was sent before it.
        self.hub.wait_caught_up().await;
        for people in present.chunks(BEAT_TOGETHER) {
            people.iter().for_each(|person| self.hub.send_heartbeat(*person, self.now()));
            if people.len() == BEAT_TOGETHER {
                // Thousands of heartbeats must not hold up a message.
                tokio::time::sleep(BETWEEN_BEATS).await;
            }
        }
        self.hub.announce_presence(&present, true);
        Ok(())
    }
}
