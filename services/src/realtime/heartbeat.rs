use super::event_log;
use crate::{Greenroom, Result};
use model::{PersonId, SessionEndReason};
use std::time::Duration;

/// People or sessions per statement.
const BATCH: usize = 500;

/// Number of people whose streams get a heartbeat without a pause, and the length of that pause.
const HEARTBEAT_BATCH: usize = 50;
const HEARTBEAT_PAUSE: Duration = Duration::from_millis(2);

impl Greenroom {
    /// Sends heartbeats to all streams, forever. A heartbeat carries the newest sequence number in the database, not in
    /// this process: a stream that has sent less catches up first, and so delivers what another process wrote.
    pub async fn run_heartbeat(self) {
        let mut ticks = tokio::time::interval(self.limits.heartbeat.max(Duration::from_millis(10)));
        loop {
            ticks.tick().await;
            if let Err(error) = self.send_heartbeats().await {
                // Skips the heartbeat if the database fails: clients recognise an outage by its absence.
                error.into_api_error();
            }
        }
    }

    /// Raises the known sequence number of each connected person to that in the database; returns these people.
    pub(super) async fn poll_last_seqs(&self) -> Result<Vec<PersonId>> {
        let present = self.realtime.hub.present_people();
        for people in present.chunks(BATCH) {
            for (person, seq) in event_log::last_seqs(self.store.reader(), people).await? {
                self.realtime.hub.advance_last_seq(person, seq);
            }
        }
        Ok(present)
    }

    /// Ends the streams of sessions that were ended through another process.
    pub(super) async fn end_expired_sessions(&self) -> Result<()> {
        for sessions in self.realtime.hub.connected_sessions().chunks(BATCH) {
            for (person, session) in self.find_ended_sessions(sessions).await? {
                self.realtime.hub.end_session(person, session, SessionEndReason::SignedOut);
            }
        }
        Ok(())
    }

    async fn send_heartbeats(&self) -> Result<()> {
        self.end_expired_sessions().await?;
        let present = self.poll_last_seqs().await?;
        // A heartbeat confirms the events before it, so these are sent first.
        self.realtime.hub.wait_caught_up().await;
        for people in present.chunks(HEARTBEAT_BATCH) {
            people.iter().for_each(|person| self.realtime.hub.send_heartbeat(*person, self.now()));
            if people.len() == HEARTBEAT_BATCH {
                // Without the pause, thousands of heartbeats would delay messages.
                tokio::time::sleep(HEARTBEAT_PAUSE).await;
            }
        }
        self.realtime.hub.announce_presence(&present, true);
        Ok(())
    }
}
