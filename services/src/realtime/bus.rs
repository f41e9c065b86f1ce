//! Messages between the nodes of a site. They only say where to look: a message that the bus loses, duplicates or
//! reorders does no harm, because the database is read by sequence number.

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

/// Interval between a node's pings. Each node also receives its own, which proves that the bus works.
const PING_INTERVAL: Duration = Duration::from_secs(2);
/// A node that receives none of its own pings for this long counts the bus as down. A peer from which it receives
/// nothing for this long counts as partitioned.
const PEER_TIMEOUT: Duration = Duration::from_secs(6);
/// A peer from which nothing is received for this long counts as gone: the database is no longer polled for its writes.
const PEER_EXPIRY: Duration = Duration::from_secs(10 * 60);
/// Time after which a peer's presence announcement lapses unless it is repeated.
const PRESENCE_TTL: Duration = Duration::from_secs(40);
/// Maximum number of people in one message.
const BATCH: usize = 1_000;

/// Broadcasts messages to all nodes of the site, including the sender. A port: behind it is a message bus.
/// Implementations must not block and may lose messages.
pub trait Bus: Send + Sync + 'static {
    /// Sends a message without waiting for its delivery.
    fn publish(&self, message: Vec<u8>);
}

/// Handle to the bus; does nothing until a bus is connected.
#[derive(Clone, Default)]
pub(super) struct BusHandle(Arc<BusState>);

#[derive(Default)]
struct BusState {
    bus: OnceLock<(Uuid, Box<dyn Bus>)>,
    /// Time of the last message received from each node, including this one.
    last_received: Mutex<HashMap<Uuid, Instant>>,
}

#[derive(Serialize, Deserialize)]
struct BusMessage {
    from: Uuid,
    #[serde(rename = "news")]
    event: BusEvent,
}

/// Payload of a bus message. The serialised names are the wire format.
#[derive(Serialize, Deserialize)]
pub(super) enum BusEvent {
    /// The sender is alive.
    #[serde(rename = "Alive")]
    Ping,
    /// The newest sequence numbers of these people.
    #[serde(rename = "At")]
    LastSeqs(Vec<(PersonId, i64)>),
    /// A session has ended; each node closes its streams.
    #[serde(rename = "Ended")]
    SessionEnded { person: PersonId, session: SessionId, reason: SessionEndReason },
    /// A person is typing. Each node encodes the frame itself, so that no other client of the bus can inject text into
    /// streams.
    Typing { to: Vec<PersonId>, conversation: ConversationId, by: PersonId },
    /// A person has hidden their presence from these people.
    #[serde(rename = "Hidden")]
    PresenceHidden { person: PersonId, from: Vec<PersonId> },
    /// These people now have a stream at the sender, or no longer have one.
    #[serde(rename = "Present")]
    PresenceChanged { people: Vec<PersonId>, here: bool },
}

impl BusHandle {
    pub(super) fn publish(&self, event: BusEvent) {
        let Some((from, bus)) = self.0.bus.get() else { return };
        match serde_json::to_vec(&BusMessage { from: *from, event }) {
            Ok(message) => bus.publish(message),
            Err(error) => tracing::error!(%error, "a bus message can't be serialised"),
        }
    }

    /// Announces the newest sequence numbers of these people, in batches.
    pub(super) fn publish_last_seqs(&self, last_seqs: &[(PersonId, i64)]) {
        last_seqs.chunks(BATCH).for_each(|batch| self.publish(BusEvent::LastSeqs(batch.to_vec())));
    }

    /// Returns whether the bus delivers messages, judged by this node's own pings.
    pub(super) fn is_healthy(&self) -> bool {
        let own = self.0.bus.get().and_then(|(own, _)| self.lock_last_received().get(own).copied());
        own.is_some_and(|last_received| last_received.elapsed() < PEER_TIMEOUT)
    }

    /// Returns whether messages from all peers arrive, too: a partitioned peer may go on writing.
    fn receives_from_all(&self) -> bool {
        self.lock_last_received().retain(|_, last_received| last_received.elapsed() < PEER_EXPIRY);
        self.is_healthy()
            && self.lock_last_received().values().all(|last_received| last_received.elapsed() < PEER_TIMEOUT)
    }

    fn lock_last_received(&self) -> MutexGuard<'_, HashMap<Uuid, Instant>> {
        self.0.last_received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// State of the bus, as reported by the readiness check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusHealth {
    /// No bus is configured: there is a single node, or the nodes only poll the database.
    Disabled,
    /// Messages get through.
    Healthy,
    /// Messages don't get through. Events still arrive, by polling the database, but later.
    Unreachable,
}

impl Greenroom {
    /// Connects this node to the others. Pass each message of the bus to
    /// [`receive_bus_message`](Self::receive_bus_message). Takes effect once; a second call is logged and ignored.
    pub fn connect_bus(&self, bus: impl Bus) {
        if self.hub.bus().0.bus.set((Uuid::now_v7(), Box::new(bus))).is_err() {
            tracing::error!("the bus is already connected");
        }
    }

    /// Returns the state of the bus.
    pub fn bus_health(&self) -> BusHealth {
        let handle = self.hub.bus();
        match handle.0.bus.get() {
            None => BusHealth::Disabled,
            Some(_) if handle.is_healthy() => BusHealth::Healthy,
            Some(_) => BusHealth::Unreachable,
        }
    }

    /// Applies a message from the bus. Ignores unreadable ones: a node of another version sent them.
    pub fn receive_bus_message(&self, message: &[u8]) {
        let Ok(message) = serde_json::from_slice::<BusMessage>(message) else { return };
        let handle = self.hub.bus();
        handle.lock_last_received().insert(message.from, Instant::now());
        if handle.0.bus.get().is_none_or(|(own, _)| *own != message.from) {
            metrics::count_bus_message("received");
            self.hub.apply_bus_event(message.from, message.event, self.now());
        }
    }

    /// Pings the other nodes, forever. Polls the database for their writes while nothing arrives from at least one of
    /// them.
    pub async fn run_bus_pings(self) {
        let mut ticks = tokio::time::interval(PING_INTERVAL);
        loop {
            ticks.tick().await;
            self.hub.bus().publish(BusEvent::Ping);
            self.hub.expire_remote_presence(PRESENCE_TTL);
            if self.store.is_shared() && !self.hub.bus().receives_from_all() {
                // Errors are dropped: if the database fails, the heartbeat logs it.
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
        for people in people.chunks(BATCH) {
            self.bus().publish(BusEvent::PresenceChanged { people: people.to_vec(), here });
        }
    }

    /// Ends the streams that a session opened, at every node.
    pub(crate) fn end_session(&self, person: PersonId, session: SessionId, reason: SessionEndReason) {
        self.end_session_local(person, session, reason);
        self.bus().publish(BusEvent::SessionEnded { person, session, reason });
    }

    /// Publishes at every node, to the streams of the people in `to`, that a person is typing.
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

    /// Shows `person` as offline to the people in `from`, in their streams at every node.
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

    struct NullBus;

    impl Bus for NullBus {
        fn publish(&self, _message: Vec<u8>) {}
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_peer_is_unhealthy_until_it_expires() {
        let (handle, own, other) = (BusHandle::default(), Uuid::from_u128(1), Uuid::from_u128(2));
        assert!(handle.0.bus.set((own, Box::new(NullBus))).is_ok());
        let receive_ping = |node| handle.lock_last_received().insert(node, Instant::now());
        assert!(!handle.is_healthy() && !handle.receives_from_all(), "nothing received yet");
        receive_ping(own);
        receive_ping(other);
        assert!(handle.is_healthy() && handle.receives_from_all());
        advance(PEER_TIMEOUT).await;
        assert!(!handle.is_healthy() && !handle.receives_from_all(), "no pings came back");
        receive_ping(own);
        assert!(handle.is_healthy() && !handle.receives_from_all(), "the peer is partitioned");
        advance(PEER_EXPIRY).await;
        receive_ping(own);
        assert!(handle.receives_from_all(), "the peer has expired");
    }
}
