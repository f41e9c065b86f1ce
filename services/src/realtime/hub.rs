//! The subscribers of streams: who is told, and where.

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

/// The streams of this process, by person.
#[derive(Clone)]
pub(crate) struct Hub(Arc<HubInner>);

struct HubInner {
    state: Mutex<HubState>,
    /// Rings when somebody comes or goes.
    presence_changed: Notify,
    /// Rings when nobody is behind any more.
    caught_up: Notify,
    /// To the other nodes.
    bus: BusHandle,
    store: Arc<Store>,
}

#[derive(Default)]
struct HubState {
    closed: bool,
    people: HashMap<PersonId, Subscriptions>,
    /// Who has a stream at which other node, and when that node last said so.
    remote: HashMap<PersonId, HashMap<Uuid, Instant>>,
    /// Whoever took their first subscriber or left their last, and when.
    transitions: HashMap<PersonId, PresenceTransition>,
    /// Those with a stream that missed something.
    lagging: HashSet<PersonId>,
    /// Whether somebody reads it for them.
    catching_up: bool,
    next_subscriber_id: u64,
}

/// The streams of one person.
#[derive(Default)]
struct Subscriptions {
    subscribers: Vec<Subscriber>,
    /// The newest number known of.
    last_seq: i64,
}

struct Subscriber {
    id: u64,
    session: SessionId,
    /// Wants nothing that passes.
    save_data: bool,
    /// The last number that went out.
    last_sent: i64,
    /// Where frames go. None while the stream still replays the log.
    sink: Option<Arc<dyn EventSink>>,
    /// Why it is over, where it has yet to say so.
    end_reason: Option<SessionEndReason>,
}

/// A stream's place in the hub. Left when dropped.
pub(crate) struct SubscriptionGuard {
    person: PersonId,
    subscriber: u64,
    hub: Hub,
}

/// What a stream is to do that has gone through the log up to some number.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ReplayState {
    /// Nothing: from here on it is told.
    Live,
    /// Read on.
    Lagging,
    /// Say why, if anything, and end.
    Ended(Option<SessionEndReason>),
}

impl Drop for SubscriptionGuard {
    fn drop(&mut self) {
        self.hub.retain_subscribers(self.person, |subscriber| subscriber.id != self.subscriber);
    }
}

impl SubscriptionGuard {
    /// Whether the stream is to end.
    pub(super) fn has_ended(&self) -> bool {
        let state = self.hub.lock_state();
        let subscriber = state.people.get(&self.person).and_then(|subscriptions| {
            subscriptions.subscribers.iter().find(|subscriber| subscriber.id == self.subscriber)
        });
        subscriber.is_none_or(|subscriber| subscriber.end_reason.is_some())
    }

    /// Goes live behind `last`, in the same moment in which nothing newer is known.
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
    /// Nobody is here yet. What a stream misses is read from this database.
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self(Arc::new(HubInner {
            state: Mutex::default(),
            presence_changed: Notify::new(),
            caught_up: Notify::new(),
            bus: BusHandle::default(),
            store,
        }))
    }

    /// Takes a subscriber. From here on nothing is missed.
    pub(crate) fn subscribe(
        &self,
        (person, session): (PersonId, SessionId),
        save_data: bool,
        limit: usize,
    ) -> Result<SubscriptionGuard, ApiError> {
        let state = &mut *self.lock_state();
        let subscriber = state.next_subscriber_id;
        state.next_subscriber_id += 1;
        // Once closed, there is no subscriber to be had: the stream ends as it begins.
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

    /// Tells every stream of a person of an event. One that doesn't take it is cut, never skipped; one that missed what
    /// came before gets both from the log. Says whether anybody is here.
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

    /// Takes note that there is news for a person up to `head`, written by another process or told of too early.
    pub(crate) fn advance_last_seq(&self, person: PersonId, head: i64) {
        let state = &mut *self.lock_state();
        let Some(subscriptions) = state.people.get_mut(&person) else { return };
        subscriptions.last_seq = subscriptions.last_seq.max(head);
        self.reconcile_subscriptions(state, person);
    }

    /// Gives every stream of a person its heartbeat.
    pub(crate) fn send_heartbeat(&self, person: PersonId, now: Timestamp) {
        self.for_live_subscribers(person, |subscriber, sink| {
            write_or_abort(sink, &sse::encode_heartbeat(subscriber.last_sent, now))
        });
    }

    /// Tells whoever of these people's streams at this node wants to know of what passes.
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
                // It says so itself, between two frames of its own.
                subscriber.end_reason = Some(reason);
                return true;
            };
            if write_or_abort(&**sink, &sse::encode_session_ended(reason)) {
                sink.close();
            }
            false
        });
    }

    /// Takes some of those behind, with the number after which they lack something. The reading ends where nobody is.
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

    /// Comes when nobody is behind.
    pub(super) async fn wait_caught_up(&self) {
        loop {
            let rings = self.0.caught_up.notified();
            if !self.lock_state().catching_up {
                return;
            }
            rings.await;
        }
    }

    /// Ends the streams of a person that came to `last` and lack what the log doesn't hold. They come back and learn
    /// more.
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

    /// Lets nobody in any more: streams to come end as they begin.
    pub(crate) fn close(&self) {
        self.lock_state().closed = true;
    }

    /// Ends the streams of some people; says whether there are more.
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

    /// Nothing is awaited while this is held.
    fn lock_state(&self) -> MutexGuard<'_, HubState> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn for_live_subscribers(&self, person: PersonId, mut told: impl FnMut(&Subscriber, &dyn EventSink) -> bool) {
        self.retain_subscribers(person, |subscriber| {
            subscriber.sink.clone().is_none_or(|sink| told(subscriber, &*sink))
        });
    }

    fn retain_subscribers(&self, person: PersonId, stays: impl FnMut(&mut Subscriber) -> bool) {
        let state = &mut *self.lock_state();
        let Some(subscriptions) = state.people.get_mut(&person) else { return };
        subscriptions.subscribers.retain_mut(stays);
        self.reconcile_subscriptions(state, person);
    }

    /// Drops a person's entry without subscribers, and starts catching up where one lags.
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
    /// The last number of the stream that is furthest behind, if one is.
    fn lag(&self) -> Option<i64> {
        let live = self.subscribers.iter().filter(|subscriber| subscriber.sink.is_some());
        live.map(|subscriber| subscriber.last_sent).min().filter(|last| *last < self.last_seq)
    }
}

/// What doesn't fit is cut off.
fn write_or_abort(sink: &dyn EventSink, frame: &[u8]) -> bool {
    let taken = sink.try_write(frame);
    if !taken {
        sink.abort();
    }
    taken
}

#[cfg(test)]
mod tests;
