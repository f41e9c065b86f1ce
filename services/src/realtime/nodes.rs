//! The exchange with the other nodes of a site: what is announced to them, and what their messages cause here.

use super::{
    bus::{Bus, BusEvent, BusHealth, MAX_PEOPLE},
    hub::Hub,
};
use crate::{Greenroom, metrics};
use model::{ConversationId, PersonId, SessionEndReason, SessionId, Timestamp};
use std::time::Duration;
use uuid::Uuid;

/// Interval between a node's pings. Each node also receives its own, which proves that the bus works.
const PING_INTERVAL: Duration = Duration::from_secs(2);
/// Time after which a peer's presence announcement lapses unless it is repeated.
const PRESENCE_TTL: Duration = Duration::from_secs(40);

impl Greenroom {
    /// Connects this node to the others. Pass each message of the bus to
    /// [`receive_bus_message`](Self::receive_bus_message). Takes effect once; a second call is logged and ignored.
    pub fn connect_bus(&self, bus: impl Bus) {
        if !self.realtime.hub.bus().connect(bus) {
            tracing::error!("the bus is already connected");
        }
    }

    /// Returns the state of the bus.
    pub fn bus_health(&self) -> BusHealth {
        self.realtime.hub.bus().health()
    }

    /// Applies a message from the bus. Ignores unreadable ones: a node of another version sent them.
    pub fn receive_bus_message(&self, message: &[u8]) {
        if let Some((from, event)) = self.realtime.hub.bus().receive(message) {
            metrics::count_bus_message("received");
            self.realtime.hub.apply_bus_event(from, event, self.now());
        }
    }

    /// Pings the other nodes, forever. Polls the database for their writes while nothing arrives from at least one of
    /// them.
    pub async fn run_bus_pings(self) {
        let mut ticks = tokio::time::interval(PING_INTERVAL);
        loop {
            ticks.tick().await;
            self.realtime.hub.bus().publish(BusEvent::Ping);
            self.realtime.hub.expire_remote_presence(PRESENCE_TTL);
            if self.store.is_shared() && !self.realtime.hub.bus().receives_from_all() {
                // Errors are dropped: if the database fails, the heartbeat logs it.
                let _ = self.end_expired_sessions().await;
                let _ = self.poll_last_seqs().await;
            }
        }
    }
}

impl Hub {
    fn apply_bus_event(&self, from: Uuid, event: BusEvent, now: Timestamp) {
        match event {
            BusEvent::Ping => {}
            BusEvent::LastSeqs(last_seqs) => {
                last_seqs.into_iter().for_each(|(person, seq)| self.advance_last_seq(person, seq))
            }
            BusEvent::SessionEnded { person, session, reason } => self.end_session_local(person, session, reason),
            BusEvent::Typing { to, conversation, by } => self.publish_typing_local(&to, conversation, by, now),
            BusEvent::PresenceHidden { person, from } => self.publish_presence_local(&from, person, false),
            BusEvent::PresenceChanged { people, here } => self.record_remote_presence(from, &people, here),
        }
    }

    /// Announces to the other nodes that these people have connected to this node, or have disconnected from it.
    pub(super) fn announce_presence(&self, people: &[PersonId], here: bool) {
        for people in people.chunks(MAX_PEOPLE) {
            self.bus().publish(BusEvent::PresenceChanged { people: people.to_vec(), here });
        }
    }

    /// Ends the streams that a session opened, at every node.
    pub(crate) fn end_session(&self, person: PersonId, session: SessionId, reason: SessionEndReason) {
        self.end_session_local(person, session, reason);
        self.bus().publish(BusEvent::SessionEnded { person, session, reason });
    }

    /// Publishes at every node, to the streams of the people in `to`, that a person is typing.
    pub(super) fn publish_typing(&self, to: &[PersonId], conversation: ConversationId, by: PersonId, now: Timestamp) {
        self.publish_typing_local(to, conversation, by, now);
        self.bus().publish(BusEvent::Typing { to: to.to_vec(), conversation, by });
    }

    /// Shows `person` as offline to the people in `from`, in their streams at every node.
    pub(super) fn hide_presence(&self, person: PersonId, from: &[PersonId]) {
        self.publish_presence_local(from, person, false);
        for from in from.chunks(MAX_PEOPLE) {
            self.bus().publish(BusEvent::PresenceHidden { person, from: from.to_vec() });
        }
    }
}
