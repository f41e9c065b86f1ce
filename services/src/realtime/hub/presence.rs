//! Who is here, at this node and at others.

use super::{Hub, HubState};
use model::{PersonId, SessionId};
use tokio::time::{Duration, Instant};
use uuid::Uuid;

/// Somebody's coming or going.
#[derive(Clone, Copy)]
pub(super) struct PresenceTransition {
    pub(super) at: Instant,
    /// Whether it was at this node.
    pub(super) here: bool,
}

/// Somebody who came, or has gone for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PresenceChange {
    pub(crate) person: PersonId,
    /// Whether they are at any node.
    pub(crate) present: bool,
    /// Whether they are at this one, where that is what changed.
    pub(crate) here: Option<bool>,
}

impl Hub {
    /// Everybody with a stream here.
    pub(crate) fn present_people(&self) -> Vec<PersonId> {
        self.lock_state().people.keys().copied().collect()
    }

    /// Whether somebody has a stream at any node.
    pub(crate) fn is_present(&self, person: PersonId) -> bool {
        self.lock_state().is_present(person)
    }

    /// Notes what another node said of who is there.
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

    /// Forgets what nodes said longer ago than this: they may be gone.
    pub(crate) fn expire_remote_presence(&self, after: Duration) {
        let state = &mut *self.lock_state();
        let (people, transitions) = (&state.people, &mut state.transitions);
        state.remote.retain(|person, nodes| {
            nodes.retain(|_, said| said.elapsed() < after);
            if nodes.is_empty() && !people.contains_key(person) {
                transitions.insert(*person, PresenceTransition { at: Instant::now(), here: false });
            }
            !nodes.is_empty()
        });
        self.0.presence_changed.notify_one();
    }

    /// Waits for somebody to come or go.
    pub(crate) async fn wait_presence_change(&self) {
        self.0.presence_changed.notified().await;
    }

    /// Whether somebody came or went and hasn't been [drained](Self::drain_settled).
    pub(crate) fn has_unsettled_changes(&self) -> bool {
        !self.lock_state().transitions.is_empty()
    }

    /// Takes whoever came, and whoever has been gone for `grace`, where they are.
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

    /// How many streams there are.
    pub(crate) fn subscriber_count(&self) -> usize {
        self.lock_state().people.values().map(|subscriptions| subscriptions.subscribers.len()).sum()
    }

    /// Every session with a stream here.
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
