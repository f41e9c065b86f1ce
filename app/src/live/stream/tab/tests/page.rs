//! A tab of the browser, and what the person and the browser do with it.

use super::world::{Task, World};
use crate::live::{
    state::Connection,
    stream::tab::{Input, Tab},
};

/// A tab, and what the browser keeps for it.
pub(super) struct Page {
    pub(super) tab: Tab,
    /// Numbers the documents that the tab has shown.
    pub(super) document: u32,
    pub(super) channel: u32,
    pub(super) is_visible: bool,
    pub(super) is_throttled: bool,
    pub(super) is_suspended: bool,
    /// Whether it is in the back/forward cache.
    pub(super) is_left: bool,
    /// Whether its broadcasts reach no tab.
    pub(super) is_muted: bool,
    pub(super) is_signing_out: bool,
    /// Whether the person leaves it on purpose, and the next document is loading.
    pub(super) is_disconnected: bool,
    pub(super) timers: [Option<u64>; 3],
    /// When throttled timers would have elapsed.
    pub(super) throttled: Vec<(u64, u64)>,
    /// What happened while it didn't run.
    pub(super) deferred: Vec<Task>,
    /// The connection state that it shows.
    pub(super) connection: Connection,
    /// The last event that its views have.
    pub(super) cursor: i64,
}

impl Page {
    pub(super) fn runs(&self) -> bool {
        !self.is_suspended && !self.is_left
    }

    pub(super) fn new(document: u32) -> Self {
        Self {
            tab: Tab::default(),
            document,
            channel: 0,
            is_visible: true,
            is_throttled: false,
            is_suspended: false,
            is_left: false,
            is_muted: false,
            is_signing_out: false,
            is_disconnected: false,
            timers: [None; 3],
            throttled: Vec::new(),
            deferred: Vec::new(),
            connection: Connection::Live,
            cursor: 0,
        }
    }
}

impl World {
    /// Shows a new document in a tab, rendered a moment ago.
    pub(super) fn load_document(&mut self, tab: usize) {
        let cursor = (self.server.last_seq() - self.rng.i64(0..3)).max(0);
        self.load_document_at(tab, cursor);
    }

    /// Shows a new document in a tab, rendered at this sequence number.
    pub(super) fn load_document_at(&mut self, tab: usize, cursor: i64) {
        self.server.connections.retain(|connection| connection.source.tab != tab);
        self.release_lock(tab);
        self.pages[tab] = Page::new(self.pages[tab].document + 1);
        self.apply(tab, Input::Joined);
        self.load_view(tab, cursor);
    }

    /// Mounts a view that was loaded at this sequence number.
    pub(super) fn load_view(&mut self, tab: usize, cursor: i64) {
        let page = &mut self.pages[tab];
        if page.runs() && page.tab.events_after(cursor).is_none() {
            page.cursor = cursor;
            self.apply(tab, Input::ViewLoaded(cursor));
        }
    }

    /// Runs an input now, or once the page runs again.
    pub(super) fn give(&mut self, tab: usize, input: Input) {
        self.schedule(tab, 0, Task::Input(input));
        self.run_for(0);
    }

    pub(super) fn set_visible(&mut self, tab: usize, is_visible: bool) {
        let page = &mut self.pages[tab];
        page.is_throttled = !is_visible && self.rng.bool();
        let throttled = if page.is_throttled { Vec::new() } else { std::mem::take(&mut page.throttled) };
        self.advance_timers(&throttled);
        let page = &mut self.pages[tab];
        if std::mem::replace(&mut page.is_visible, is_visible) != is_visible && is_visible {
            self.give(tab, Input::BecameVisible);
        }
    }

    /// Lets timers elapse when they are due, although they were throttled. They keep their numbers.
    fn advance_timers(&mut self, throttled: &[(u64, u64)]) {
        for (number, due) in throttled {
            if let Some(key) = self.tasks.keys().find(|(_, other)| other == number).copied()
                && let Some(task) = self.tasks.remove(&key)
            {
                self.tasks.insert((self.time.max(*due), *number), task);
            }
        }
    }

    pub(super) fn leave(&mut self, tab: usize) {
        if self.pages[tab].runs() {
            self.apply(tab, Input::Left);
            self.pages[tab].is_left = true;
        }
    }

    /// The person leaves the page on purpose. It runs until the next document has loaded.
    pub(super) fn disconnect(&mut self, tab: usize) {
        if self.pages[tab].runs() {
            self.apply(tab, Input::Disconnected);
            self.pages[tab].is_disconnected = true;
        }
    }

    /// Lets a page run again.
    pub(super) fn resume(&mut self, tab: usize) {
        let page = &mut self.pages[tab];
        page.is_suspended = false;
        let was_left = std::mem::take(&mut page.is_left);
        for task in std::mem::take(&mut page.deferred) {
            let timer = if let Task::Timer(timer) = &task { Some(*timer) } else { None };
            let number = self.schedule(tab, 0, task);
            if let Some(timer) = timer {
                self.pages[tab].timers[timer as usize] = Some(number);
            }
        }
        if was_left {
            self.pages[tab].is_disconnected = false;
            self.apply(tab, Input::Joined);
            self.apply(tab, Input::Resumed);
        }
        self.run_for(0);
    }
}
