//! Threads that were open in this tab: they reopen at once, updated by the events received since. Kept in the page's
//! memory only, so that no message remains on a shared phone.

use crate::request_error::ForPerson;
use leptos::prelude::*;
use model::{Envelope, Projection, Thread};

/// Cached threads.
const MAX_THREADS: usize = 20;
/// Messages kept of each thread.
const MAX_MESSAGES: usize = 60;

/// The cache of recently open threads. Cheap to copy; part of [`Live`].
#[derive(Clone, Copy, Default)]
pub struct ThreadCache(StoredValue<Vec<ForPerson<Thread>>>);

impl ThreadCache {
    /// Caches a thread that is being left. Skips threads that show older messages, not the newest.
    pub fn insert(self, mut for_person: ForPerson<Thread>) {
        if !for_person.view.is_at_end() {
            return;
        }
        for_person.view.trim_around(for_person.view.last_shown(), MAX_MESSAGES);
        self.0.update_value(|threads| {
            threads.retain(|known| known.view.conversation.id != for_person.view.conversation.id);
            threads.push(for_person);
            if threads.len() > MAX_THREADS {
                threads.remove(0);
            }
        });
    }

    /// Drops all threads.
    pub(super) fn clear(self) {
        self.0.update_value(Vec::clear);
    }

    /// Returns the thread as it is now, if `events_after` returns all events since it was left.
    pub(super) fn restore(
        self,
        id: &str,
        events_after: impl FnOnce(i64) -> Option<Vec<Envelope>>,
    ) -> Option<ForPerson<Thread>> {
        let is_it = |known: &&ForPerson<Thread>| known.view.conversation.id.to_string() == id;
        let mut for_person = self.0.with_value(|threads| threads.iter().find(is_it).cloned())?;
        for envelope in events_after(for_person.view.cursor)? {
            for_person.view.apply(for_person.me, &envelope);
        }
        Some(for_person)
    }
}
