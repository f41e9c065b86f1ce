use super::event_log;
use crate::{Greenroom, Result};
use model::{PersonId, SessionEndReason};
use std::time::Duration;

/// People or sessions looked up at once.
const BATCH: usize = 500;

/// People whose streams get their heartbeat at once, and the pause after them.
const HEARTBEAT_BATCH: usize = 50;
const HEARTBEAT_PAUSE: Duration = Duration::from_millis(2);

impl Greenroom {
    /// Gives every stream its heartbeat, for ever. A heartbeat carries the newest number from the
    /// database, not from this process: one that is ahead of what a stream has sent makes it read on,
    /// so that nothing another process wrote stays unheard.
    pub async fn run_heartbeat(self) {
        let mut ticks = tokio::time::interval(self.limits.heartbeat.max(Duration::from_millis(10)));
        loop {
            ticks.tick().await;
            if let Err(error) = self.send_heartbeats().await {
                // No heartbeat where there is no database: silence is how clients notice.
                error.into_api_error();
            }
        }
    }

    /// Looks how far everybody who is here has come, whoever wrote it.
    pub(super) async fn poll_last_seqs(&self) -> Result<Vec<PersonId>> {
        let present = self.hub.present_people();
        for people in present.chunks(BATCH) {
            for (person, head) in event_log::last_seqs(self.store.reader(), people).await? {
                self.hub.advance_last_seq(person, head);
            }
        }
        Ok(present)
    }

    /// Ends the streams of whoever signed out through another process.
    pub(super) async fn end_expired_sessions(&self) -> Result<()> {
        for sessions in self.hub.connected_sessions().chunks(BATCH) {
            for (person, session) in self.find_ended_sessions(sessions).await? {
                self.hub.end_session(person, session, SessionEndReason::SignedOut);
            }
        }
        Ok(())
    }

    async fn send_heartbeats(&self) -> Result<()> {
        self.end_expired_sessions().await?;
        let present = self.poll_last_seqs().await?;
        // A heartbeat tells of what was sent before it.
        self.hub.wait_caught_up().await;
        for people in present.chunks(HEARTBEAT_BATCH) {
            people.iter().for_each(|person| self.hub.send_heartbeat(*person, self.now()));
            if people.len() == HEARTBEAT_BATCH {
                // Thousands of heartbeats must not hold up a message.
                tokio::time::sleep(HEARTBEAT_PAUSE).await;
            }
        }
        self.hub.announce_presence(&present, true);
        Ok(())
    }
}
