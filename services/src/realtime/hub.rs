//! Registry of this process's subscribers, and publishing to them.

mod presence;

pub(super) use presence::PresenceChange;

use super::{bus::BusHandle, event_sink::EventSink, sse};
use crate::{metrics, store::Store};
use model::{ApiError, PersonId, SessionEndReason, SessionId, Timestamp};
use presence::PresenceTransition;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{sync::Notify, time::Instant};
use uuid::Uuid;

/// The streams of this process, by person. Clones share the same state.
#[derive(Clone)]
pub(crate) struct Hub(Arc<HubInner>);

struct HubInner {
    state: Mutex<HubState>,
    /// Notified when a person connects or disconnects.
    presence_changed: Notify,
    /// Notified when no stream lags any more.
    caught_up: Notify,
    /// Handle to the other nodes.
    bus: BusHandle,
    store: Arc<Store>,
}

#[derive(Default)]
struct HubState {
    closed: bool,
    people: HashMap<PersonId, Subscriptions>,
    /// The other nodes at which each person has a stream, and when each last announced it.
    remote: HashMap<PersonId, HashMap<Uuid, Instant>>,
    /// People who got their first subscriber or lost their last one, not yet published.
    transitions: HashMap<PersonId, PresenceTransition>,
    /// People with a live stream that missed an event.
    lagging: HashSet<PersonId>,
    /// Whether a `catch_up` task is running.
    catching_up: bool,
    next_subscriber_id: u64,
}

/// The streams of one person at this node.
#[derive(Default)]
struct Subscriptions {
    subscribers: Vec<Subscriber>,
    /// The newest known sequence number.
    last_seq: i64,
}

struct Subscriber {
    id: u64,
    session: SessionId,
    /// Excludes ephemeral events.
    save_data: bool,
    /// Sequence number of the last event written to the stream.
    last_sent: i64,
    /// `None` while the stream still replays the log.
    sink: Option<Arc<dyn EventSink>>,
    /// Set if the session ended during replay: the stream then sends the reason itself.
    end_reason: Option<SessionEndReason>,
}

/// Keeps a stream registered in the hub. Unregisters it on drop.
pub(crate) struct SubscriptionGuard {
    person: PersonId,
    subscriber: u64,
    hub: Hub,
}

/// Result of trying to go live after replaying up to some sequence number.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ReplayState {
    /// The hub now publishes to the stream.
    Live,
    /// The log has newer events: replay goes on.
    Lagging,
    /// The stream must send the reason, if there is one, and end.
    Ended(Option<SessionEndReason>),
}

impl Drop for SubscriptionGuard {
    fn drop(&mut self) {
        self.hub.retain_subscribers(self.person, |subscriber| subscriber.id != self.subscriber);
    }
}

impl SubscriptionGuard {
    /// Returns whether the stream must end: its session has ended or it was disconnected.
    pub(super) fn has_ended(&self) -> bool {
        let state = self.hub.lock_state();
        let subscriber = state.people.get(&self.person).and_then(|subscriptions| {
            subscriptions.subscribers.iter().find(|subscriber| subscriber.id == self.subscriber)
        });
        subscriber.is_none_or(|subscriber| subscriber.end_reason.is_some())
    }

    /// Goes live after event `last`, unless a newer one is known; checks and switches under one lock.
    pub(super) fn go_live(&self, last: i64, sink: &Arc<impl EventSink>) -> ReplayState {
        let state = &mut *self.hub.lock_state();
        let Some(subscriptions) = state.people.get_mut(&self.person) else { return ReplayState::Ended(None) };
        let Some(subscriber) = subscriptions.subscribers.iter_mut().find(|subscriber| subscriber.id == self.subscriber)
        else {
            return ReplayState::Ended(None);
        };
        if subscriber.end_reason.is_some() {
            return ReplayState::Ended(subscriber.end_reason);
        }
        if last < subscriptions.last_seq {
            return ReplayState::Lagging;
        }
        subscriber.last_sent = last;
        subscriber.sink = Some(sink.clone());
        ReplayState::Live
    }
}

impl Hub {
    /// Creates an empty hub. Lagging streams catch up from this database.
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self(Arc::new(HubInner {
            state: Mutex::default(),
            presence_changed: Notify::new(),
            caught_up: Notify::new(),
            bus: BusHandle::default(),
            store,
        }))
    }

    /// Registers a stream. From here on, it misses no event.
    pub(crate) fn subscribe(
        &self,
        (person, session): (PersonId, SessionId),
        save_data: bool,
        limit: usize,
    ) -> Result<SubscriptionGuard, ApiError> {
        let state = &mut *self.lock_state();
        let subscriber = state.next_subscriber_id;
        state.next_subscriber_id += 1;
        // A closed hub registers nothing: the stream ends as soon as it tries to go live.
        if !state.closed {
            let subscriptions = state.people.entry(person).or_default();
            if subscriptions.subscribers.len() >= limit {
                return Err(ApiError::TooManyStreams);
            }
            subscriptions.subscribers.push(Subscriber {
                id: subscriber,
                session,
                save_data,
                last_sent: 0,
                sink: None,
                end_reason: None,
            });
            if subscriptions.subscribers.len() == 1 {
                state.transitions.insert(person, PresenceTransition { at: Instant::now(), here: true });
                self.0.presence_changed.notify_one();
            }
        }
        Ok(SubscriptionGuard { person, subscriber, hub: self.clone() })
    }

    /// Publishes an event to every stream of a person; returns whether there is one. Disconnects a stream whose send
    /// buffer is full rather than skipping the event; a stream that missed an earlier event catches up from the log.
    pub(crate) fn publish(&self, person: PersonId, seq: i64, frame: &[u8]) -> bool {
        let state = &mut *self.lock_state();
        let Some(subscriptions) = state.people.get_mut(&person) else { return false };
        subscriptions.last_seq = subscriptions.last_seq.max(seq);
        subscriptions.subscribers.retain_mut(|subscriber| match &subscriber.sink {
            Some(sink) if seq == subscriber.last_sent + 1 => {
                subscriber.last_sent = seq;
                write_or_abort(&**sink, frame)
            }
            _ => true,
        });
        self.reconcile_subscriptions(state, person);
        true
    }

    /// Raises the known sequence number; lagging streams catch up from the log.
    pub(crate) fn advance_last_seq(&self, person: PersonId, seq: i64) {
        let state = &mut *self.lock_state();
        let Some(subscriptions) = state.people.get_mut(&person) else { return };
        subscriptions.last_seq = subscriptions.last_seq.max(seq);
        self.reconcile_subscriptions(state, person);
    }

    /// Sends a heartbeat to every stream of a person.
    pub(crate) fn send_heartbeat(&self, person: PersonId, now: Timestamp) {
        self.for_live_subscribers(person, |subscriber, sink| {
            write_or_abort(sink, &sse::encode_heartbeat(subscriber.last_sent, now))
        });
    }

    /// Publishes an ephemeral event to these people's streams at this node, except those that save data.
    pub(super) fn publish_ephemeral_local(&self, people: &[PersonId], frame: &[u8]) {
        people.iter().for_each(|person| {
            self.for_live_subscribers(*person, |subscriber, sink| subscriber.save_data || write_or_abort(sink, frame))
        });
    }

    /// Ends the streams that a session opened at this node.
    pub(super) fn end_session_local(&self, person: PersonId, session: SessionId, reason: SessionEndReason) {
        self.retain_subscribers(person, |subscriber| {
            if subscriber.session != session {
                return true;
            }
            metrics::count_stream_ended(reason);
            let Some(sink) = &subscriber.sink else {
                // Still replaying: the stream sends the reason itself, between two of its frames.
                subscriber.end_reason = Some(reason);
                return true;
            };
            if write_or_abort(&**sink, &sse::encode_session_ended(reason)) {
                sink.close();
            }
            false
        });
    }

    /// Takes a batch of lagging people, each with the number after which they lack events. `None` ends the `catch_up`
    /// task: no stream lags any more.
    pub(super) fn drain_lagging(&self, people: usize) -> Option<Vec<(PersonId, i64)>> {
        let state = &mut *self.lock_state();
        loop {
            let some: Vec<PersonId> = state.lagging.iter().copied().take(people).collect();
            state.catching_up = !some.is_empty();
            state.lagging.retain(|id| !some.contains(id));
            let lacking = some.iter().filter_map(|id| Some((*id, state.people.get(id)?.lag()?)));
            let lacking: Vec<_> = lacking.collect();
            if !state.catching_up {
                self.0.caught_up.notify_waiters();
                return None;
            }
            if !lacking.is_empty() {
                return Some(lacking);
            }
        }
    }

    /// Waits until no stream lags.
    pub(super) async fn wait_caught_up(&self) {
        loop {
            let notified = self.0.caught_up.notified();
            if !self.lock_state().catching_up {
                return;
            }
            notified.await;
        }
    }

    /// Disconnects a person's streams that stopped at `last` and lack an event that the log doesn't contain. Their
    /// clients reconnect and are reset.
    pub(super) fn disconnect_stale(&self, person: PersonId, last: i64) {
        self.retain_subscribers(person, |subscriber| {
            let Some(sink) = subscriber.sink.as_ref().filter(|_| subscriber.last_sent == last) else { return true };
            sink.close();
            false
        });
    }

    pub(super) fn bus(&self) -> &BusHandle {
        &self.0.bus
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.store
    }

    /// Refuses new streams from here on: they end as soon as they try to go live.
    pub(crate) fn close(&self) {
        self.lock_state().closed = true;
    }

    /// Disconnects the streams of up to `people` people; returns whether any are left.
    pub(crate) fn disconnect_batch(&self, people: usize) -> bool {
        let state = &mut *self.lock_state();
        let some: Vec<PersonId> = state.people.keys().copied().take(people).collect();
        for subscriber in some
            .iter()
            .filter_map(|person| state.people.remove(person))
            .flat_map(|subscriptions| subscriptions.subscribers)
        {
            if let Some(sink) = subscriber.sink {
                sink.close();
            }
        }
        !state.people.is_empty()
    }

    /// The guard must not be held across an await.
    fn lock_state(&self) -> MutexGuard<'_, HubState> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn for_live_subscribers(&self, person: PersonId, mut write: impl FnMut(&Subscriber, &dyn EventSink) -> bool) {
        self.retain_subscribers(person, |subscriber| {
            subscriber.sink.clone().is_none_or(|sink| write(subscriber, &*sink))
        });
    }

    fn retain_subscribers(&self, person: PersonId, stays: impl FnMut(&mut Subscriber) -> bool) {
        let state = &mut *self.lock_state();
        let Some(subscriptions) = state.people.get_mut(&person) else { return };
        subscriptions.subscribers.retain_mut(stays);
        self.reconcile_subscriptions(state, person);
    }

    /// Removes a person's entry if it has no subscribers left; starts catching up if a stream lags.
    fn reconcile_subscriptions(&self, state: &mut HubState, person: PersonId) {
        let Some(subscriptions) = state.people.get(&person) else { return };
        if subscriptions.subscribers.is_empty() {
            state.people.remove(&person);
            state.transitions.insert(person, PresenceTransition { at: Instant::now(), here: true });
            self.0.presence_changed.notify_one();
        } else if subscriptions.lag().is_some() {
            state.lagging.insert(person);
            if !std::mem::replace(&mut state.catching_up, true) {
                tokio::spawn(self.clone().catch_up());
            }
        }
    }
}

impl Subscriptions {
    /// Returns the last number sent to the slowest live stream, if it lags.
    fn lag(&self) -> Option<i64> {
        let live = self.subscribers.iter().filter(|subscriber| subscriber.sink.is_some());
        live.map(|subscriber| subscriber.last_sent).min().filter(|last| *last < self.last_seq)
    }
}

/// Aborts the stream if the frame doesn't fit into its send buffer.
fn write_or_abort(sink: &dyn EventSink, frame: &[u8]) -> bool {
    let taken = sink.try_write(frame);
    if !taken {
        sink.abort();
    }
    taken
}

#[cfg(test)]
mod tests;
