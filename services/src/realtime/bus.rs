//! Messages between the nodes of a site. They only say where to look: a message that the bus loses, duplicates or
//! reorders does no harm, because the database is read by sequence number.

use model::{ConversationId, PersonId, SessionEndReason, SessionId};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};
use tokio::time::{Duration, Instant};
use uuid::Uuid;

/// A node that receives none of its own pings for this long counts the bus as down. A peer from which it receives
/// nothing for this long counts as partitioned.
const PEER_TIMEOUT: Duration = Duration::from_secs(6);
/// A peer from which nothing is received for this long counts as gone: the database is no longer polled for its writes.
const PEER_EXPIRY: Duration = Duration::from_secs(10 * 60);
/// Maximum number of people in one message.
pub(super) const MAX_PEOPLE: usize = 1_000;

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
    /// Connects the bus. Returns whether it is the first; others are ignored.
    pub(super) fn connect(&self, bus: impl Bus) -> bool {
        self.0.bus.set((Uuid::now_v7(), Box::new(bus))).is_ok()
    }

    /// Records that the sender of this message is alive. Returns its id and the event if it is another node; `None`
    /// for an unreadable message too, which a node of another version sent.
    pub(super) fn receive(&self, message: &[u8]) -> Option<(Uuid, BusEvent)> {
        let message = serde_json::from_slice::<BusMessage>(message).ok()?;
        self.lock_last_received().insert(message.from, Instant::now());
        let is_own = self.0.bus.get().is_some_and(|(own, _)| *own == message.from);
        (!is_own).then_some((message.from, message.event))
    }

    pub(super) fn health(&self) -> BusHealth {
        match self.0.bus.get() {
            None => BusHealth::Disabled,
            Some(_) if self.is_healthy() => BusHealth::Healthy,
            Some(_) => BusHealth::Unreachable,
        }
    }

    pub(super) fn publish(&self, event: BusEvent) {
        let Some((from, bus)) = self.0.bus.get() else { return };
        match serde_json::to_vec(&BusMessage { from: *from, event }) {
            Ok(message) => bus.publish(message),
            Err(error) => tracing::error!(%error, "a bus message can't be serialised"),
        }
    }

    /// Announces the newest sequence numbers of these people, in batches.
    pub(super) fn publish_last_seqs(&self, last_seqs: &[(PersonId, i64)]) {
        last_seqs.chunks(MAX_PEOPLE).for_each(|batch| self.publish(BusEvent::LastSeqs(batch.to_vec())));
    }

    /// Returns whether the bus delivers messages, judged by this node's own pings.
    fn is_healthy(&self) -> bool {
        let own = self.0.bus.get().and_then(|(own, _)| self.lock_last_received().get(own).copied());
        own.is_some_and(|last_received| last_received.elapsed() < PEER_TIMEOUT)
    }

    /// Returns whether messages from all peers arrive, too: a partitioned peer may go on writing.
    pub(super) fn receives_from_all(&self) -> bool {
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
