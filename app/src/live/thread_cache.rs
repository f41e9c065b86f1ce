//! Threads that were open in this tab: they open again at once, brought up to date by what was heard since. Held in the
//! page's memory alone, so that nothing of them stays on a phone that others use too.

use super::Live;
use crate::request_error::ForPerson;
use leptos::prelude::*;
use model::{Projection, Thread};

/// Threads that are remembered.
const MAX_THREADS: usize = 20;
/// Messages of each.
const MAX_MESSAGES: usize = 60;

/// Cheap to copy; part of [`Live`].
#[derive(Clone, Copy, Default)]
pub struct ThreadCache(StoredValue<Vec<ForPerson<Thread>>>);

impl ThreadCache {
    /// Remembers a thread that is being left. One that shows older messages isn't worth it.
    pub fn insert(self, mut mine: ForPerson<Thread>) {
        if !mine.view.is_at_end() {
            return;
        }
        mine.view.trim_around(mine.view.last_shown(), MAX_MESSAGES);
        self.0.update_value(|threads| {
            threads.retain(|known| known.view.conversation.id != mine.view.conversation.id);
            threads.push(mine);
            if threads.len() > MAX_THREADS {
                threads.remove(0);
            }
        });
    }

    /// Remembers nothing any more.
    pub(super) fn clear(self) {
        self.0.update_value(Vec::clear);
    }

    /// The thread as it is now, if enough was heard since it was left.
    pub fn restore(self, live: Live, id: &str) -> Option<ForPerson<Thread>> {
        let is_it = |known: &&ForPerson<Thread>| known.view.conversation.id.to_string() == id;
        let mut mine = self.0.with_value(|threads| threads.iter().find(is_it).cloned())?;
        for envelope in live.events_after(mine.view.cursor)? {
            mine.view.apply(mine.me, &envelope);
        }
        Some(mine)
    }
}
