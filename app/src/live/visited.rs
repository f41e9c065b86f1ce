//! Threads that were open in this tab: they open again at once, brought up to date by what was heard since. Held in the
//! page's memory alone, so that nothing of them stays on a phone that others use too.

use super::Live;
use crate::request_error::ForPerson;
use leptos::prelude::*;
use model::{Projection, Thread};

/// Threads that are remembered.
const THREADS: usize = 20;
/// Messages of each.
const MESSAGES: usize = 60;

/// Cheap to copy; part of [`Live`].
#[derive(Clone, Copy, Default)]
pub struct Visited(StoredValue<Vec<ForPerson<Thread>>>);

impl Visited {
    /// Remembers a thread that is being left. One that shows older messages isn't worth it.
    pub fn leave(self, mut mine: ForPerson<Thread>) {
        if !mine.view.is_at_end() {
            return;
        }
        mine.view.trim_around(mine.view.last_shown(), MESSAGES);
        self.0.update_value(|threads| {
            threads.retain(|known| known.view.conversation.id != mine.view.conversation.id);
            threads.push(mine);
            if threads.len() > THREADS {
                threads.remove(0);
            }
        });
    }

    /// Remembers nothing any more.
    pub(super) fn forget(self) {
        self.0.update_value(Vec::clear);
    }

    /// The thread as it is now, if enough was heard since it was left.
    pub fn open(self, live: Live, id: &str) -> Option<ForPerson<Thread>> {
        let is_it = |known: &&ForPerson<Thread>| known.view.conversation.id.to_string() == id;
        let mut mine = self.0.with_value(|threads| threads.iter().find(is_it).cloned())?;
        for envelope in live.events_after(mine.view.cursor)? {
            mine.view.apply(mine.me, &envelope);
        }
        Some(mine)
    }
}
