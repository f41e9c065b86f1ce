//! The live connection of a page: the event stream, the views that it keeps up to date, and the outbox.
//!
//! Nothing here runs on the server: all of it starts from effects.
//!
//! # Layout
//! - this file: the subscribed views, and the events received since they were loaded
//! - `stream`: the `EventSource` and its reconnects; `leader_election`: one stream for all tabs, by `locks`
//! - [`outbox`]: messages that aren't delivered yet, persisted in its `storage`; [`drafts`]: unsent text;
//!   `browser_key`: the key that encrypts both
//! - `thread_cache`: threads that were open before
//! - `read_only`: pages whose person is no longer signed in; `sign_out`, `account_deletion`: two causes of it
//! - `delivery_receipts`: reports what reached this browser; [`ephemeral`]: typing indicators and presence

mod account_deletion;
mod browser_key;
mod delivery_receipts;
pub mod drafts;
pub mod ephemeral;
mod leader_election;
mod locks;
pub mod outbox;
mod read_only;
mod sign_out;
mod stream;
mod thread_cache;

pub use outbox::Outbox;
pub use read_only::{ReadOnlyReason, check_may_send, observe_result};

use crate::{
    browser, components::locale::Locale, owner::PageOwner, platform::IN_BROWSER, reactive::effect,
    request_error::ForPerson,
};
use delivery_receipts::DeliveryReceipts;
use ephemeral::Ephemeral;
use leptos::{ev::Custom, prelude::*};
use model::{ApplyOutcome, Envelope, Inbox, PersonId, Projection, text::isolate};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, sync::Arc};
use thread_cache::ThreadCache;

/// Events kept for a view that was loaded before they arrived and is mounted afterwards.
const MAX_BUFFERED_EVENTS: usize = 500;

/// The state of the connection to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connection {
    /// The stream is open, or opens for the first time.
    Live,
    /// The stream broke and is being reopened.
    Reconnecting,
    /// The browser has no network.
    Offline,
    /// The session has ended.
    SignedOut,
}

/// The live connection of this page. Cheap to copy; stored in the Leptos context.
#[derive(Clone, Copy)]
pub struct Live {
    /// The state of the connection to the server.
    pub connection: RwSignal<Connection>,
    /// Why the page sends nothing; `None` while it may send.
    pub read_only: RwSignal<Option<ReadOnlyReason>>,
    /// Incremented to make every view reload.
    pub reload_generation: RwSignal<u32>,
    /// The number of times the stream has opened.
    pub times_opened: RwSignal<u32>,
    /// Incremented to make the inbox reload, after an event that it can't apply.
    pub needs_reload: RwSignal<u32>,
    /// The number of messages that aren't sent yet.
    pub unsent: RwSignal<usize>,
    /// Reports to the server which messages have reached this browser.
    pub delivery_receipts: DeliveryReceipts,
    /// Typing indicators and presence.
    pub ephemeral: Ephemeral,
    /// Threads that were open before.
    pub thread_cache: ThreadCache,
    locale: Locale,
    /// Whether it listens for its person's events.
    started: StoredValue<bool>,
    /// The number of unread messages, for the title.
    unread: RwSignal<i64>,
    subscriptions: StoredValue<Vec<Subscription>>,
    buffer: StoredValue<EventBuffer>,
}

/// A view that events keep up to date.
struct Subscription {
    id: u64,
    apply: Apply,
}

type Apply = Arc<dyn Fn(&Envelope) -> ApplyOutcome + Send + Sync>;

/// The events received from the stream: all of those after `from`, or none if `from` is `None`.
#[derive(Default)]
struct EventBuffer {
    from: Option<i64>,
    events: VecDeque<Envelope>,
    next_id: u64,
}

impl EventBuffer {
    fn last_seq(&self) -> Option<i64> {
        self.events.back().map(|envelope| envelope.seq).or(self.from)
    }

    fn push(&mut self, envelope: Envelope) {
        self.events.push_back(envelope);
        if self.events.len() > MAX_BUFFERED_EVENTS {
            self.from = self.events.pop_front().map(|envelope| envelope.seq);
        }
    }

    fn restart_from(&mut self, from: i64) {
        self.from = Some(from);
        self.events.clear();
    }
}

impl Live {
    /// Creates it and stores it in the context.
    pub fn provide(locale: Locale) -> Self {
        let live = Self {
            connection: RwSignal::new(Connection::Live),
            read_only: RwSignal::new(None),
            reload_generation: RwSignal::new(0),
            times_opened: RwSignal::new(0),
            needs_reload: RwSignal::new(0),
            unsent: RwSignal::new(0),
            delivery_receipts: DeliveryReceipts::default(),
            ephemeral: Ephemeral::new(),
            thread_cache: ThreadCache::default(),
            locale,
            started: StoredValue::new(false),
            unread: RwSignal::new(0),
            subscriptions: StoredValue::default(),
            buffer: StoredValue::default(),
        };
        provide_context(live);
        live
    }

    /// Returns the connection stored in the context.
    pub fn current() -> Self {
        expect_context()
    }

    /// Applies events to a view until the current reactive owner is disposed. Starts the connection if needed.
    pub fn subscribe<T: Projection + Send + Sync + 'static>(self, ForPerson { me, view }: ForPerson<T>) -> RwSignal<T> {
        let view = RwSignal::new(view);
        let apply: Apply = Arc::new(move |envelope| {
            let mut outcome = ApplyOutcome::Unchanged;
            view.maybe_update(|view| {
                outcome = view.apply(me, envelope);
                outcome == ApplyOutcome::Changed
            });
            outcome
        });
        let id = self.buffer.try_update_value(|buffer| {
            buffer.next_id += 1;
            buffer.next_id
        });
        let id = id.unwrap_or_default();
        let outbox = Outbox::current();
        effect(move || {
            self.start(outbox, me);
            let cursor = view.with_untracked(Projection::cursor);
            self.subscriptions
                .update_value(|subscriptions| subscriptions.push(Subscription { id, apply: apply.clone() }));
            self.catch_up(cursor, &apply);
        });
        on_cleanup(move || {
            self.subscriptions
                .try_update_value(|subscriptions| subscriptions.retain(|subscription| subscription.id != id));
        });
        view
    }

    /// Starts listening for the page's person, once the page shows a view of theirs. Does nothing on a read-only page.
    fn start(self, outbox: Outbox, me: PersonId) {
        if self.started.get_value() || self.me() != Some(me) || self.read_only.with_untracked(Option::is_some) {
            return;
        }
        self.started.set_value(true);
        let on_event: Apply = Arc::new(move |envelope| {
            outbox.on_event(me, envelope);
            ApplyOutcome::Unchanged
        });
        self.subscriptions.update_value(|subscriptions| subscriptions.push(Subscription { id: 0, apply: on_event }));
        leader_election::join(self, outbox, me);
        self.handle_page_lifecycle(outbox, me);
    }

    /// Releases on `pagehide` whatever another page may wait for, and takes it back if this page returns from the
    /// back/forward cache.
    fn handle_page_lifecycle(self, outbox: Outbox, me: PersonId) {
        window_event_listener(Custom::<web_sys::Event>::new("pagehide"), |_| {
            stream::stop_stream();
            leader_election::leave();
            locks::release_all();
        });
        window_event_listener(Custom::<web_sys::Event>::new("pageshow"), move |event| {
            if browser::get_property(&event, "persisted").is_some_and(|came_back| came_back.is_truthy()) {
                leader_election::join(self, outbox, me);
                stream::resume_stream(self);
            }
        });
    }

    /// Returns the person whose page it is.
    pub fn me(self) -> Option<PersonId> {
        PageOwner::current()
    }

    /// Keeps the inbox's unread count for the title.
    pub fn track_unread(self, inbox: RwSignal<Inbox>) {
        effect(move || self.unread.set(inbox.with(Inbox::total_unread)));
    }

    /// Returns a page's title, prefixed by the number of unread messages.
    pub fn title_with_unread(self, title: &str) -> String {
        // The server renders titles outside the page's reactive owner: a signal id that is read there may be disposed,
        // or belong to another request.
        if !IN_BROWSER {
            return title.to_owned();
        }
        match self.unread.try_get().unwrap_or_default() {
            0 => title.to_owned(),
            unread => format!("({unread}) {}", isolate(title)),
        }
    }

    /// Applies the events after `cursor` to a view; if they aren't buffered, reopens the stream from `cursor`.
    fn catch_up(self, cursor: i64, apply: &Apply) {
        match self.events_after(cursor) {
            Some(missed) => missed.iter().for_each(|envelope| self.handle_outcome(apply(envelope))),
            None => {
                self.buffer.update_value(|buffer| buffer.restart_from(cursor));
                stream::schedule_open(self);
            }
        }
    }

    /// Returns the buffered events after `cursor`; `None` if the buffer doesn't reach back that far.
    fn events_after(self, cursor: i64) -> Option<Vec<Envelope>> {
        self.buffer.with_value(|buffer| {
            let reaches_back = buffer.from.is_some_and(|from| from <= cursor);
            reaches_back.then(|| buffer.events.iter().filter(|envelope| envelope.seq > cursor).cloned().collect())
        })
    }

    /// Applies an event from the stream to all views. Ignores events it has seen; reopens the stream from the last
    /// known event if one is missing in between.
    fn receive(self, envelope: Envelope) {
        match self.buffer.with_value(EventBuffer::last_seq) {
            Some(last) if envelope.seq <= last => {}
            Some(last) if envelope.seq > last + 1 => stream::schedule_open(self),
            _ => {
                self.buffer.update_value(|buffer| buffer.push(envelope.clone()));
                if let Some(me) = self.me() {
                    self.ephemeral.on_event(me, &envelope);
                    if leader_election::is_leader() {
                        self.delivery_receipts.on_event(me, &envelope);
                    }
                }
                let views: Vec<Apply> = self.subscriptions.with_value(|subscriptions| {
                    subscriptions.iter().map(|subscription| subscription.apply.clone()).collect()
                });
                for apply in views {
                    self.handle_outcome(apply(&envelope));
                }
            }
        }
    }

    /// Restarts the buffer at a cursor that the server gave, and makes every view reload.
    fn restart_from(self, cursor: i64) {
        self.buffer.update_value(|buffer| buffer.restart_from(cursor));
        self.thread_cache.clear();
        self.reload_generation.update(|reload_generation| *reload_generation += 1);
    }

    fn handle_outcome(self, outcome: ApplyOutcome) {
        if outcome == ApplyOutcome::Gap {
            self.needs_reload.update(|times| *times += 1);
        }
    }

    /// Closes the stream, because the person leaves the page on purpose. No error is shown.
    pub fn disconnect(self) {
        self.connection.set(Connection::Live);
        stream::stop_stream();
        leader_election::leave();
    }

    /// Returns the sequence number from which the stream resumes.
    fn cursor(self) -> Option<i64> {
        self.buffer.with_value(EventBuffer::last_seq)
    }
}
