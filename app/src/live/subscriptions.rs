//! Views that events keep up to date, and the start of the connection that they need.

use super::{
    Outbox, locks,
    state::{Apply, Live, Subscription},
    stream::{self, Input},
};
use crate::{browser, reactive::effect, request_error::ForPerson};
use leptos::{ev::Custom, prelude::*};
use model::{ApplyOutcome, PersonId, Projection, Thread};
use std::sync::Arc;

impl Live {
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
        let id = self.subscription_count.try_update_value(|count| {
            *count += 1;
            *count
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
    pub(super) fn start(self, outbox: Outbox, me: PersonId) {
        if self.started.get_value() || self.me() != Some(me) || self.read_only.with_untracked(Option::is_some) {
            return;
        }
        self.started.set_value(true);
        let on_event: Apply = Arc::new(move |envelope| {
            outbox.on_event(me, envelope);
            ApplyOutcome::Unchanged
        });
        self.subscriptions.update_value(|subscriptions| subscriptions.push(Subscription { id: 0, apply: on_event }));
        stream::join(self, me, move |message| outbox.on_tab_message(message));
        self.handle_page_lifecycle(outbox, me);
    }

    /// Tells the stream what the browser does with the page. Releases the locks on `pagehide`, because another page may
    /// wait for them, and allows them again if this page returns from the back/forward cache.
    fn handle_page_lifecycle(self, outbox: Outbox, me: PersonId) {
        window_event_listener(leptos::ev::offline, move |_| stream::apply(self, Input::WentOffline));
        window_event_listener(leptos::ev::online, move |_| stream::apply(self, Input::WentOnline));
        // The machine or the tab may have slept, without any visible error.
        window_event_listener(Custom::<web_sys::Event>::new("visibilitychange"), move |_| {
            if browser::is_visible() {
                stream::apply(self, Input::BecameVisible);
            }
        });
        window_event_listener(Custom::<web_sys::Event>::new("pagehide"), move |_| {
            stream::apply(self, Input::Left);
            locks::release_all();
        });
        window_event_listener(Custom::<web_sys::Event>::new("pageshow"), move |event| {
            if browser::get_property(&event, "persisted").is_some_and(|came_back| came_back.is_truthy()) {
                locks::allow_requests();
                stream::join(self, me, move |message| outbox.on_tab_message(message));
                stream::apply(self, Input::Resumed);
            }
        });
    }

    /// Applies the events after `cursor` to a view; if they aren't buffered, reopens the stream from `cursor`.
    fn catch_up(self, cursor: i64, apply: &Apply) {
        match stream::events_after(cursor) {
            Some(missed) => missed.iter().for_each(|envelope| self.handle_outcome(apply(envelope))),
            None => stream::apply(self, Input::ViewLoaded(cursor)),
        }
    }

    /// Returns a thread that was open before as it is now, if all events since it was left are buffered.
    pub fn restore_thread(self, id: &str) -> Option<ForPerson<Thread>> {
        self.thread_cache.restore(id, stream::events_after)
    }

    /// Closes the stream, because the person leaves the page on purpose. No error is shown.
    pub fn disconnect(self) {
        stream::apply(self, Input::Disconnected);
    }
}
