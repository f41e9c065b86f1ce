//! The state of the live connection: signals that pages read, and the views that events keep up to date.

use super::{
    delivery_receipts::DeliveryReceipts, ephemeral::Ephemeral, inbox_cache::InboxCache, thread_cache::ThreadCache,
};
use crate::{components::locale::Locale, owner::PageOwner, platform::IN_BROWSER, reactive::effect};
use leptos::prelude::*;
use model::{ApplyOutcome, Envelope, NavState, PersonId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The state of the connection to the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connection {
    /// The stream is open, or opens for the first time.
    #[default]
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
    /// Incremented to make lists and counts reload, after an event that one of them can't apply.
    pub needs_reload: RwSignal<u32>,
    /// Whether a list or a count is older than it should be, because it couldn't be loaded.
    is_outdated: StoredValue<bool>,
    /// The number of messages that aren't sent yet.
    pub unsent: RwSignal<usize>,
    /// Reports to the server which messages have reached this browser.
    pub delivery_receipts: DeliveryReceipts,
    /// Typing indicators and presence.
    pub ephemeral: Ephemeral,
    /// Threads that were open before.
    pub thread_cache: ThreadCache,
    /// The inbox as it was last shown.
    pub inbox_cache: InboxCache,
    pub(super) locale: Locale,
    /// Whether it listens for its person's events.
    pub(super) started: StoredValue<bool>,
    /// The number of unread messages, for the title.
    unread: RwSignal<i64>,
    pub(super) subscriptions: StoredValue<Vec<Subscription>>,
    /// The number of subscriptions made so far.
    pub(super) subscription_count: StoredValue<u64>,
}

/// A view that events keep up to date.
pub(super) struct Subscription {
    pub(super) id: u64,
    pub(super) apply: Apply,
}

pub(super) type Apply = Arc<dyn Fn(&Envelope) -> ApplyOutcome + Send + Sync>;

impl Live {
    /// Creates it and stores it in the context.
    pub(super) fn provide(locale: Locale) -> Self {
        let live = Self {
            connection: RwSignal::new(Connection::Live),
            read_only: RwSignal::new(None),
            reload_generation: RwSignal::new(0),
            times_opened: RwSignal::new(0),
            needs_reload: RwSignal::new(0),
            is_outdated: StoredValue::new(false),
            unsent: RwSignal::new(0),
            delivery_receipts: DeliveryReceipts::default(),
            ephemeral: Ephemeral::new(),
            thread_cache: ThreadCache::default(),
            inbox_cache: InboxCache::default(),
            locale,
            started: StoredValue::new(false),
            unread: RwSignal::new(0),
            subscriptions: StoredValue::default(),
            subscription_count: StoredValue::default(),
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

    /// Keeps the number of unread messages, for the title.
    pub fn track_unread(self, nav_state: RwSignal<NavState>) {
        effect(move || self.unread.set(nav_state.with(NavState::unread_messages)));
    }

    /// Returns the number of unread messages, of which the server knows nothing.
    pub fn unread_messages(self) -> i64 {
        // The server renders titles outside the page's reactive owner: a signal id that is read there may be disposed,
        // or belong to another request.
        if IN_BROWSER { self.unread.try_get().unwrap_or_default() } else { 0 }
    }

    /// Makes every view reload: the stream can't resume from what they show.
    pub(super) fn reload_views(self) {
        self.thread_cache.clear();
        self.reload_generation.update(|reload_generation| *reload_generation += 1);
    }

    /// Makes lists and counts reload when the stream opens the next time: the server can be reached then.
    pub fn reload_once_reached(self) {
        self.is_outdated.set_value(true);
    }

    pub(super) fn on_opened(self) {
        self.times_opened.update(|times| *times += 1);
        if self.is_outdated.get_value() {
            self.is_outdated.set_value(false);
            self.needs_reload.update(|times| *times += 1);
        }
    }

    pub(super) fn handle_outcome(self, outcome: ApplyOutcome) {
        if outcome == ApplyOutcome::Gap {
            self.needs_reload.update(|times| *times += 1);
        }
    }
}
