use super::scroll::ScrollAnchor;
use crate::{request_error::view_of, server_fns};
use leptos::{prelude::*, task::spawn_local};
use model::{PersonId, Thread};

/// The maximum number of messages rendered at once. Messages beyond it are removed on the far side of the reader.
const MAX_MESSAGES: usize = 200;
/// Messages beyond the maximum that may accumulate at the end, so that the oldest are removed in batches.
const SLACK: usize = 50;

/// The loaded part of a thread. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct LoadedWindow {
    me: PersonId,
    thread: RwSignal<Thread>,
    anchor: ScrollAnchor,
    /// Whether messages are loading; the stylesheet then turns off the browser's scroll anchoring.
    pub(super) loading: RwSignal<bool>,
    /// Whether the last messages that were wanted couldn't be loaded.
    pub(super) failed: RwSignal<bool>,
}

impl LoadedWindow {
    pub(super) fn new(me: PersonId, thread: RwSignal<Thread>, anchor: ScrollAnchor) -> Self {
        Self { me, thread, anchor, loading: RwSignal::new(false), failed: RwSignal::new(false) }
    }

    /// Loads the messages before the first.
    pub(super) fn load_older(self) {
        let (first, more) =
            self.thread.with_untracked(|thread| (thread.messages.first().map(|first| first.seq), thread.has_more));
        if let Some(first) = first.filter(|_| more) {
            self.load_page((Some(first), None), Thread::prepend);
        }
    }

    /// Loads the messages after the last.
    pub(super) fn load_newer(self) {
        let (last, at_end) = self.thread.with_untracked(|thread| (thread.last_shown(), thread.is_at_end()));
        if !at_end {
            self.load_page((None, Some(last)), Thread::extend);
        }
    }

    /// Removes the oldest messages, if new ones have accumulated and the reader is at the end.
    pub(super) fn trim_old(self) {
        let long =
            self.thread.try_with_untracked(|thread| thread.messages.len() > MAX_MESSAGES + SLACK).unwrap_or_default();
        if long && self.anchor.away.try_get_untracked() == Some(false) {
            self.thread.try_update(|thread| thread.trim_around(thread.last_shown(), MAX_MESSAGES));
        }
    }

    /// Shows the newest message, from any position.
    pub(super) fn load_latest(self) {
        let (last, at_end) = self.thread.with_untracked(|thread| (thread.conversation.last_seq, thread.is_at_end()));
        if at_end {
            self.anchor.scroll_to_end();
            return;
        }
        let id = self.conversation_id();
        spawn_local(async move {
            let page = server_fns::load_thread(id, None, None, Some(last)).await;
            let page = view_of(self.me, page);
            self.failed.try_set(page.is_none());
            if let Some(page) = page {
                self.thread.try_update(|thread| thread.replace_window(page));
                self.anchor.scroll_to_end();
            }
        });
    }

    fn conversation_id(self) -> String {
        self.thread.with_untracked(|thread| thread.conversation.id.to_string())
    }

    fn load_page(self, (before, after): (Option<i64>, Option<i64>), take: fn(&mut Thread, Thread)) {
        if self.loading.get_untracked() {
            return;
        }
        self.loading.set(true);
        let id = self.conversation_id();
        spawn_local(async move {
            let page = server_fns::load_thread(id, before, after, None).await;
            let page = view_of(self.me, page);
            self.failed.try_set(page.is_none());
            if let Some(page) = page {
                self.anchor.keep_position(move |seq| {
                    self.thread.try_update(|thread| {
                        take(thread, page);
                        thread.trim_around(seq, MAX_MESSAGES);
                    });
                });
            }
            // Only after the render: until then the browser must not adjust the scroll position.
            request_animation_frame(move || {
                request_animation_frame(move || {
                    self.loading.try_set(false);
                });
            });
        });
    }
}
