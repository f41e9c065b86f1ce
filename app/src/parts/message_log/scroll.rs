use crate::parts::local::Local;
use leptos::{
    html::{Div, P},
    prelude::*,
};
use model::{PersonId, Thread};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::IntersectionObserver;

/// Pixels from the end within which somebody still counts as being there.
const AT_END: i32 = 80;

/// Where the reader is in the log, and what came below since they left its end.
#[derive(Clone, Copy)]
pub(super) struct Place {
    log: NodeRef<Div>,
    me: PersonId,
    thread: RwSignal<Thread>,
    /// The last message when they left the end; nothing while they are there.
    left_at: RwSignal<Option<i64>>,
}

impl Place {
    pub(super) fn new(log: NodeRef<Div>, me: PersonId, thread: RwSignal<Thread>) -> Self {
        Self { log, me, thread, left_at: RwSignal::new(None) }
    }

    /// The log was scrolled.
    pub(super) fn scrolled(self) {
        let Some(log) = self.log.get_untracked() else { return };
        let away = log.scroll_top().abs() > AT_END;
        if away != self.left_at.get_untracked().is_some() {
            let last = self.thread.with_untracked(Thread::last_shown);
            self.left_at.set(away.then_some(last));
        }
    }

    /// Messages of the other that came below.
    pub(super) fn new_below(self) -> i64 {
        let Some(last) = self.left_at.get() else { return 0 };
        let is_new = |message: &&model::Message| message.seq > last && message.sender.id != self.me;
        let count =
            self.thread.with(|thread| thread.messages.iter().rev().take_while(|m| m.seq > last).filter(is_new).count());
        i64::try_from(count).unwrap_or(i64::MAX)
    }

    /// Goes to the newest message.
    pub(super) fn to_end(self) {
        self.left_at.set(None);
        if let Some(log) = self.log.get_untracked() {
            log.set_scroll_top(0);
        }
    }

    /// Goes to the newest message, with the keyboard, because what had it is about to vanish.
    pub(super) fn to_end_with_focus(self) {
        self.to_end();
        if let Some(log) = self.log.get_untracked() {
            let _ = log.focus();
        }
    }
}

/// For an element at the top of the log: calls `load` when it comes into view.
pub(super) fn when_near_top(load: impl Fn() + Copy + 'static) -> NodeRef<P> {
    let element: NodeRef<P> = NodeRef::new();
    let local = Local::current();
    Effect::new(move || {
        let Some(target) = element.get().filter(|_| local.started()) else { return };
        let closure = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let seen = entries.iter().any(|entry| {
                entry.dyn_into::<web_sys::IntersectionObserverEntry>().is_ok_and(|entry| entry.is_intersecting())
            });
            if seen {
                load();
            }
        });
        if let Ok(observer) = IntersectionObserver::new(closure.as_ref().unchecked_ref()) {
            observer.observe(&target);
            let watched = StoredValue::new_local((observer, closure));
            on_cleanup(move || {
                watched.try_update_value(|(observer, _)| observer.disconnect());
            });
        }
    });
    element
}
