//! What the nodes of a site tell each other. Only where to look: whatever the bus loses, doubles or lets overtake is found
//! again in the database, by its number.

use super::hub::Hub;
use crate::{Greenroom, metrics};
use model::{ConversationId, PersonId, SessionEndReason, SessionId};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};
use tokio::time::{Duration, Instant};
use uuid::Uuid;

/// How often a node says something, if only to hear itself.
const PING_INTERVAL: Duration = Duration::from_secs(2);
/// Whoever hasn't heard itself for so long takes the bus for silent, and another node for cut off from it.
const PEER_TIMEOUT: Duration = Duration::from_secs(6);
/// A node that hasn't been heard for so long is gone, and writes nothing that others don't know of.
const PEER_EXPIRY: Duration = Duration::from_secs(10 * 60);
/// How long what a node said of who is there holds without being said again.
const PRESENCE_TTL: Duration = Duration::from_secs(40);
/// People told of at once.
const BATCH: usize = 1_000;

/// Carries notes to all nodes of the site, the sender among them. A port: the other side is a message bus. It must not
/// wait, and may lose whatever it is given.
pub trait Bus: Send + Sync + 'static {
    /// Sends a note.
    fn publish(&self, message: Vec<u8>);
}

/// A node's end of the bus, if there is one.
#[derive(Clone, Default)]
pub(super) struct BusHandle(Arc<BusState>);

#[derive(Default)]
struct BusState {
    bus: OnceLock<(Uuid, Box<dyn Bus>)>,
    /// When each node was last heard, this one among them.
    last_received: Mutex<HashMap<Uuid, Instant>>,
}

#[derive(Serialize, Deserialize)]
struct BusMessage {
    from: Uuid,
    #[serde(rename = "news")]
    event: BusEvent,
}

/// What there is to say.
#[derive(Serialize, Deserialize)]
pub(super) enum BusEvent {
    /// That a node is there.
    #[serde(rename = "Alive")]
    Ping,
    /// People whose event sequence has come to a number.
    #[serde(rename = "At")]
    LastSeqs(Vec<(PersonId, i64)>),
    /// A session is over.
    #[serde(rename = "Ended")]
    SessionEnded { person: PersonId, session: SessionId, reason: SessionEndReason },
    /// Somebody is writing. Each node makes the frame for its streams itself: what a neighbour on the bus puts into a
    /// note must not become what people are told.
    Typing { to: Vec<PersonId>, conversation: ConversationId, by: PersonId },
    /// Somebody no longer shows these people that they are here.
    #[serde(rename = "Hidden")]
    PresenceHidden { person: PersonId, from: Vec<PersonId> },
    /// People who have a stream at a node, or none there any more.
    #[serde(rename = "Present")]
    PresenceChanged { people: Vec<PersonId>, here: bool },
}

impl BusHandle {
    pub(super) fn publish(&self, event: BusEvent) {
        let Some((from, bus)) = self.0.bus.get() else { return };
        match serde_json::to_vec(&BusMessage { from: *from, event }) {
            Ok(message) => bus.publish(message),
            Err(error) => tracing::error!(%error, "a message can't be written"),
        }
    }

    /// Tells where people's sequences have come to.
    pub(super) fn publish_last_seqs(&self, heads: &[(PersonId, i64)]) {
        heads.chunks(BATCH).for_each(|some| self.publish(BusEvent::LastSeqs(some.to_vec())));
    }

    /// Whether notes get through, as far as this node can tell by hearing itself.
    pub(super) fn is_healthy(&self) -> bool {
        let own = self.0.bus.get().and_then(|(own, _)| self.lock_last_received().get(own).copied());
        own.is_some_and(|last_received| last_received.elapsed() < PEER_TIMEOUT)
    }

    /// Whether notes get through to this node from all others, too: one may be cut off that goes on writing.
    fn receives_from_all(&self) -> bool {
        self.lock_last_received().retain(|_, last_received| last_received.elapsed() < PEER_EXPIRY);
        self.is_healthy()
            && self.lock_last_received().values().all(|last_received| last_received.elapsed() < PEER_TIMEOUT)
    }

    fn lock_last_received(&self) -> MutexGuard<'_, HashMap<Uuid, Instant>> {
        self.0.last_received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How the bus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusHealth {
    /// There is none: this node is alone, or looks into the database every now and then.
    Disabled,
    /// Notes get through.
    Healthy,
    /// Notes don't get through. Everything arrives, only later.
    Unreachable,
}

impl Greenroom {
    /// Joins the other nodes of the site. Each message of the bus goes to [`receive_bus_message`](Self::receive_bus_message).
    pub fn connect_bus(&self, bus: impl Bus) {
        if self.hub.bus().0.bus.set((Uuid::now_v7(), Box::new(bus))).is_err() {
            tracing::error!("a node joins once");
        }
    }

    /// How the bus is.
    pub fn bus_health(&self) -> BusHealth {
        let handle = self.hub.bus();
        match handle.0.bus.get() {
            None => BusHealth::Disabled,
            Some(_) if handle.is_healthy() => BusHealth::Healthy,
            Some(_) => BusHealth::Unreachable,
        }
    }

    /// Takes a note that came by the bus. What can't be read is another version's, and passed over.
    pub fn receive_bus_message(&self, message: &[u8]) {
        let Ok(message) = serde_json::from_slice::<BusMessage>(message) else { return };
        let handle = self.hub.bus();
        handle.lock_last_received().insert(message.from, Instant::now());
        if handle.0.bus.get().is_none_or(|(own, _)| *own != message.from) {
            metrics::count_bus_message("heard");
            self.hub.apply_bus_event(message.from, message.event, self.now());
        }
    }

    /// Lets the other nodes know that this one is there, for ever; and looks into the database for what they wrote, as
    /// long as one of them isn't heard.
    pub async fn run_bus_pings(self) {
        let mut ticks = tokio::time::interval(PING_INTERVAL);
        loop {
            ticks.tick().await;
            self.hub.bus().publish(BusEvent::Ping);
            self.hub.expire_remote_presence(PRESENCE_TTL);
            if self.store.is_shared() && !self.hub.bus().receives_from_all() {
                // Where the database is silent too, the heartbeat says so.
                let _ = self.end_expired_sessions().await;
                let _ = self.poll_last_seqs().await;
            }
        }
    }
}

impl Hub {
    fn apply_bus_event(&self, from: Uuid, event: BusEvent, now: model::Timestamp) {
        match event {
            BusEvent::Ping => {}
            BusEvent::LastSeqs(heads) => heads.into_iter().for_each(|(person, seq)| self.advance_last_seq(person, seq)),
            BusEvent::SessionEnded { person, session, reason } => self.end_session_local(person, session, reason),
            BusEvent::Typing { to, conversation, by } => self.publish_typing_local(&to, conversation, by, now),
            BusEvent::PresenceHidden { person, from } => self.publish_presence_local(&from, person, false),
            BusEvent::PresenceChanged { people, here } => self.record_remote_presence(from, &people, here),
        }
    }

    /// Tells the other nodes who is here, or no longer.
    pub(super) fn announce_presence(&self, people: &[PersonId], here: bool) {
        for people in people.chunks(BATCH) {
            self.bus().publish(BusEvent::PresenceChanged { people: people.to_vec(), here });
        }
    }

    /// Ends the streams that a session opened, at every node.
    pub(crate) fn end_session(&self, person: PersonId, session: SessionId, reason: SessionEndReason) {
        self.end_session_local(person, session, reason);
        self.bus().publish(BusEvent::SessionEnded { person, session, reason });
    }

    /// Tells these people's streams at every node that somebody is writing.
    pub(super) fn publish_typing(
        &self,
        to: &[PersonId],
        conversation: ConversationId,
        by: PersonId,
        now: model::Timestamp,
    ) {
        self.publish_typing_local(to, conversation, by, now);
        self.bus().publish(BusEvent::Typing { to: to.to_vec(), conversation, by });
    }

    /// Tells these people's streams at every node that somebody no longer shows them that they are here.
    pub(super) fn hide_presence(&self, person: PersonId, from: &[PersonId]) {
        self.publish_presence_local(from, person, false);
        for from in from.chunks(BATCH) {
            self.bus().publish(BusEvent::PresenceHidden { person, from: from.to_vec() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    struct Nowhere;

    impl Bus for Nowhere {
        fn publish(&self, _message: Vec<u8>) {}
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_peer_is_unhealthy_until_it_expires() {
        let (handle, own, other) = (BusHandle::default(), Uuid::from_u128(1), Uuid::from_u128(2));
        assert!(handle.0.bus.set((own, Box::new(Nowhere))).is_ok());
        let hear = |node| handle.lock_last_received().insert(node, Instant::now());
        assert!(!handle.is_healthy() && !handle.receives_from_all(), "nothing was heard yet");
        hear(own);
        hear(other);
        assert!(handle.is_healthy() && handle.receives_from_all());
        advance(PEER_TIMEOUT).await;
        assert!(!handle.is_healthy() && !handle.receives_from_all(), "the bus is silent");
        hear(own);
        assert!(handle.is_healthy() && !handle.receives_from_all(), "the other one is cut off");
        advance(PEER_EXPIRY).await;
        hear(own);
        assert!(handle.receives_from_all(), "it is gone");
    }
}
