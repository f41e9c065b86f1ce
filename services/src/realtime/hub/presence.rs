//! Presence: which people have a stream, at this node or at others.

use super::{Hub, HubState};
use model::{PersonId, SessionId};
use tokio::time::{Duration, Instant};
use uuid::Uuid;

/// An unsettled change of a person's presence.
#[derive(Clone, Copy)]
pub(super) struct PresenceTransition {
    pub(super) at: Instant,
    /// Whether it happened at this node.
    pub(super) here: bool,
}

/// A settled change of a person's presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PresenceChange {
    pub(crate) person: PersonId,
    /// Whether the person has a stream at any node.
    pub(crate) present: bool,
    /// Whether the person has a stream at this node; `None` if the change happened at another one.
    pub(crate) here: Option<bool>,
}

impl Hub {
    /// Returns all people with a stream at this node.
    pub(crate) fn present_people(&self) -> Vec<PersonId> {
        self.lock_state().people.keys().copied().collect()
    }

    /// Returns whether a person has a stream at any node.
    pub(crate) fn is_present(&self, person: PersonId) -> bool {
        self.lock_state().is_present(person)
    }

    /// Records another node's announcement that people have connected to it or disconnected from it.
    pub(crate) fn record_remote_presence(&self, node: Uuid, people: &[PersonId], here: bool) {
        let state = &mut *self.lock_state();
        for person in people {
            let before = state.is_present(*person);
            let nodes = state.remote.entry(*person).or_default();
            if here {
                nodes.insert(node, Instant::now());
            } else {
                nodes.remove(&node);
            }
            if nodes.is_empty() {
                state.remote.remove(person);
            }
            if before != state.is_present(*person) {
                state.transitions.insert(*person, PresenceTransition { at: Instant::now(), here: false });
            }
        }
        self.0.presence_changed.notify_one();
    }

    /// Drops announcements of other nodes that are older than `after`: the node may be gone.
    pub(crate) fn expire_remote_presence(&self, after: Duration) {
        let state = &mut *self.lock_state();
        let (people, transitions) = (&state.people, &mut state.transitions);
        state.remote.retain(|person, nodes| {
            nodes.retain(|_, announced_at| announced_at.elapsed() < after);
            if nodes.is_empty() && !people.contains_key(person) {
                transitions.insert(*person, PresenceTransition { at: Instant::now(), here: false });
            }
            !nodes.is_empty()
        });
        self.0.presence_changed.notify_one();
    }

    /// Waits until a person connects or disconnects.
    pub(crate) async fn wait_presence_change(&self) {
        self.0.presence_changed.notified().await;
    }

    /// Returns whether there are changes that haven't been [drained](Self::drain_settled).
    pub(crate) fn has_unsettled_changes(&self) -> bool {
        !self.lock_state().transitions.is_empty()
    }

    /// Takes the changes of people who are connected here, and those of other people that are at least `grace` old.
    pub(crate) fn drain_settled(&self, grace: Duration) -> Vec<PresenceChange> {
        let state = &mut *self.lock_state();
        let (people, remote) = (&state.people, &state.remote);
        let settled =
            state.transitions.extract_if(|id, transition| people.contains_key(id) || transition.at.elapsed() >= grace);
        let changes = settled.map(|(person, transition)| {
            let here = people.contains_key(&person);
            let present = here || remote.contains_key(&person);
            PresenceChange { person, present, here: transition.here.then_some(here) }
        });
        changes.collect()
    }

    /// Returns the number of streams at this node.
    pub(crate) fn subscriber_count(&self) -> usize {
        self.lock_state().people.values().map(|subscriptions| subscriptions.subscribers.len()).sum()
    }

    /// Returns the session of each stream at this node.
    pub(crate) fn connected_sessions(&self) -> Vec<(PersonId, SessionId)> {
        let state = self.lock_state();
        let subscribers = state.people.iter().flat_map(|(person, subscriptions)| {
            subscriptions.subscribers.iter().map(|subscriber| (*person, subscriber.session))
        });
        subscribers.collect()
    }
}

impl HubState {
    pub(super) fn is_present(&self, person: PersonId) -> bool {
        self.people.contains_key(&person) || self.remote.contains_key(&person)
    }
}
