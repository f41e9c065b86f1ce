//! Live, in the browser: the event stream, the views it keeps up to date, and the outbox.
//!
//! Nothing here runs on the server: all of it starts from effects.
//!
//! # Layout
//! - this file: the views that are kept, and what happened since they were read
//! - `stream`: the `EventSource`, opened again and again; `leader_election`: one of it for all tabs of a browser, by `locks`
//! - [`outbox`]: messages on their way, kept in its `storage`; [`drafts`]: what is being written; `browser_key`: what both
//!   are encrypted by
//! - `thread_cache`: threads that were open before
//! - `read_only`: a page of a person who isn't signed in any more; `sign_out`, `account_deletion`: how that comes about
//! - `delivery_receipts`: telling what reached this browser; [`ephemeral`]: who is typing and who is here

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

use crate::{browser, components::locale::Locale, owner::PageOwner, reactive::effect, request_error::ForPerson};
use delivery_receipts::DeliveryReceipts;
use ephemeral::Ephemeral;
use leptos::{ev::Custom, prelude::*};
use model::{ApplyOutcome, Envelope, Inbox, PersonId, Projection, text::isolate};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, sync::Arc};
use thread_cache::ThreadCache;

/// Events that are remembered for a view which was read before they came and is shown after.
const MAX_BUFFERED_EVENTS: usize = 500;

/// Told by the target, not asked of Leptos: outside of a page it takes the server for a browser.
pub const IN_BROWSER: bool = cfg!(target_arch = "wasm32");

/// How it stands with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connection {
    /// Events arrive, or are about to for the first time.
    Live,
    /// The stream broke, and is being opened again.
    Reconnecting,
    /// The browser has no network.
    Offline,
    /// The session is over.
    SignedOut,
}

/// The one live connection of this page. Cheap to copy; stands in the context.
#[derive(Clone, Copy)]
pub struct Live {
    /// How it stands with the server.
    pub connection: RwSignal<Connection>,
    /// Why nothing goes out of this page, if nothing does.
    pub read_only: RwSignal<Option<ReadOnlyReason>>,
    /// Counts up when every view must be read afresh.
    pub reload_generation: RwSignal<u32>,
    /// Counts up each time the stream opens.
    pub times_opened: RwSignal<u32>,
    /// Counts up when the inbox must be read afresh.
    pub needs_reload: RwSignal<u32>,
    /// How many messages haven't gone out yet.
    pub unsent: RwSignal<usize>,
    /// What has reached this browser.
    pub delivery_receipts: DeliveryReceipts,
    /// Who is typing, and who is here.
    pub ephemeral: Ephemeral,
    /// Threads that were open before.
    pub thread_cache: ThreadCache,
    locale: Locale,
    /// Whether it has started to listen for its person.
    started: StoredValue<bool>,
    /// Messages not yet read, for the title.
    unread: RwSignal<i64>,
    subscriptions: StoredValue<Vec<Subscription>>,
    buffer: StoredValue<EventBuffer>,
}

/// A view that is kept up to date.
struct Subscription {
    id: u64,
    apply: Apply,
}

type Apply = Arc<dyn Fn(&Envelope) -> ApplyOutcome + Send + Sync>;

/// What the stream has told: everything after `from`, or nothing yet.
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
    /// Puts it into the context.
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

    /// The one in the context.
    pub fn current() -> Self {
        expect_context()
    }

    /// Keeps a view up to date for as long as the current owner lives.
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

    /// Begins to listen for the person whose page it is, once it shows anything of theirs. Not in a closed page.
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

    /// Lets go of all that another page may wait for when this one is left, and takes it up where this one comes back as
    /// it was (from the back/forward cache).
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

    /// Whose page it is.
    pub fn me(self) -> Option<PersonId> {
        PageOwner::current()
    }

    /// Counts the inbox's unread messages into the title.
    pub fn track_unread(self, inbox: RwSignal<Inbox>) {
        effect(move || self.unread.set(inbox.with(Inbox::total_unread)));
    }

    /// A page's title, with how much is unread before it.
    pub fn title_with_unread(self, title: &str) -> String {
        // On the server a title is written outside of its page: whatever is read there by its number may have gone,
        // or be another request's.
        if !IN_BROWSER {
            return title.to_owned();
        }
        match self.unread.try_get().unwrap_or_default() {
            0 => title.to_owned(),
            unread => format!("({unread}) {}", isolate(title)),
        }
    }

    /// Gives a view what has come since it was read, opening the stream from further back where needed.
    fn catch_up(self, cursor: i64, apply: &Apply) {
        match self.events_after(cursor) {
            Some(missed) => missed.iter().for_each(|envelope| self.handle_outcome(apply(envelope))),
            None => {
                self.buffer.update_value(|buffer| buffer.restart_from(cursor));
                stream::schedule_open(self);
            }
        }
    }

    /// Everything that was heard after this number, if that is remembered.
    fn events_after(self, cursor: i64) -> Option<Vec<Envelope>> {
        self.buffer.with_value(|buffer| {
            let reaches_back = buffer.from.is_some_and(|from| from <= cursor);
            reaches_back.then(|| buffer.events.iter().filter(|envelope| envelope.seq > cursor).cloned().collect())
        })
    }

    /// Takes an event from the stream. What was there before is ignored; a gap can't be, so the stream
    /// is opened again from before it.
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

    /// Starts over from a number that the server gave, with every view read afresh.
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

    /// Stops listening, because the page is being left on purpose.
    pub fn disconnect(self) {
        self.connection.set(Connection::Live);
        stream::stop_stream();
        leader_election::leave();
    }

    /// Where the stream goes on.
    fn cursor(self) -> Option<i64> {
        self.buffer.with_value(EventBuffer::last_seq)
    }
}
