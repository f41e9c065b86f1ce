//! The state of the live connection: signals that pages read, and the events received since their views were loaded.

use super::{delivery_receipts::DeliveryReceipts, ephemeral::Ephemeral, thread_cache::ThreadCache};
use crate::{components::locale::Locale, owner::PageOwner, platform::IN_BROWSER, reactive::effect};
use leptos::prelude::*;
use model::{ApplyOutcome, Envelope, Inbox, PersonId, text::isolate};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, sync::Arc};

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

/// Why a page is read-only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadOnlyReason {
    /// Another person is signed in with this browser. Carries their name, once it is known.
    OtherPerson(Option<String>),
    /// The page's person wants to sign out, and the server couldn't be reached yet.
    SigningOut,
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
    pub(super) locale: Locale,
    /// Whether it listens for its person's events.
    pub(super) started: StoredValue<bool>,
    /// The number of unread messages, for the title.
    unread: RwSignal<i64>,
    pub(super) subscriptions: StoredValue<Vec<Subscription>>,
    pub(super) buffer: StoredValue<EventBuffer>,
}

/// A view that events keep up to date.
pub(super) struct Subscription {
    pub(super) id: u64,
    pub(super) apply: Apply,
}

pub(super) type Apply = Arc<dyn Fn(&Envelope) -> ApplyOutcome + Send + Sync>;

/// The events received from the stream: all of those after `from`, or none if `from` is `None`.
#[derive(Default)]
pub(super) struct EventBuffer {
    from: Option<i64>,
    events: VecDeque<Envelope>,
    pub(super) next_id: u64,
}

impl EventBuffer {
    pub(super) fn last_seq(&self) -> Option<i64> {
        self.events.back().map(|envelope| envelope.seq).or(self.from)
    }

    pub(super) fn push(&mut self, envelope: Envelope) {
        self.events.push_back(envelope);
        if self.events.len() > MAX_BUFFERED_EVENTS {
            self.from = self.events.pop_front().map(|envelope| envelope.seq);
        }
    }

    pub(super) fn restart_from(&mut self, from: i64) {
        self.from = Some(from);
        self.events.clear();
    }
}

impl Live {
    /// Creates it and stores it in the context.
    pub(super) fn provide(locale: Locale) -> Self {
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

    /// Returns the buffered events after `cursor`; `None` if the buffer doesn't reach back that far.
    pub(super) fn events_after(self, cursor: i64) -> Option<Vec<Envelope>> {
        self.buffer.with_value(|buffer| {
            let reaches_back = buffer.from.is_some_and(|from| from <= cursor);
            reaches_back.then(|| buffer.events.iter().filter(|envelope| envelope.seq > cursor).cloned().collect())
        })
    }

    /// Restarts the buffer at a cursor that the server gave, and makes every view reload.
    pub(super) fn restart_from(self, cursor: i64) {
        self.buffer.update_value(|buffer| buffer.restart_from(cursor));
        self.thread_cache.clear();
        self.reload_generation.update(|reload_generation| *reload_generation += 1);
    }

    pub(super) fn handle_outcome(self, outcome: ApplyOutcome) {
        if outcome == ApplyOutcome::Gap {
            self.needs_reload.update(|times| *times += 1);
        }
    }

    /// Returns the sequence number from which the stream resumes.
    pub(super) fn cursor(self) -> Option<i64> {
        self.buffer.with_value(EventBuffer::last_seq)
    }
}
