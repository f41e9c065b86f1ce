use super::scroll::Place;
use crate::{answer::Answer, answer::Mine, functions};
use leptos::{prelude::*, task::spawn_local};
use model::Thread;

/// Messages on the page at once: what goes beyond is let go of on the far side of where the reader is.
const MOST: usize = 200;

/// The part of a thread that is on the page, and moving it. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Window {
    thread: RwSignal<Thread>,
    place: Place,
    /// Whether messages are on their way; the stylesheet then keeps the browser from moving the view.
    pub(super) loading: RwSignal<bool>,
}

impl Window {
    pub(super) fn new(thread: RwSignal<Thread>, place: Place) -> Self {
        Self { thread, place, loading: RwSignal::new(false) }
    }

    /// Goes on before the first message.
    pub(super) fn older(self) {
        let (first, more) =
            self.thread.with_untracked(|thread| (thread.messages.first().map(|first| first.seq), thread.has_more));
        if let Some(first) = first.filter(|_| more) {
            self.load((Some(first), None, None), Thread::prepend);
        }
    }

    /// Goes on after the last message.
    pub(super) fn newer(self) {
        let (last, at_end) = self.thread.with_untracked(|thread| (thread.last_shown(), thread.at_end()));
        if !at_end {
            self.load((None, Some(last), None), Thread::extend);
        }
    }

    /// Goes to the newest message, wherever the reader was.
    pub(super) fn latest(self) {
        let (last, at_end) = self.thread.with_untracked(|thread| (thread.conversation.last_seq, thread.at_end()));
        if at_end {
            self.place.to_end();
            return;
        }
        let id = self.id();
        spawn_local(async move {
            if let Ok(page) = functions::load_thread(id, None, None, Some(last)).await {
                self.thread.try_update(|thread| thread.show(page.view));
                self.place.to_end();
            }
        });
    }

    fn id(self) -> String {
        self.thread.with_untracked(|thread| thread.conversation.id.to_string())
    }

    fn load(self, (before, after, at): (Option<i64>, Option<i64>, Option<i64>), take: fn(&mut Thread, Thread)) {
        if self.loading.get_untracked() {
            return;
        }
        self.loading.set(true);
        let id = self.id();
        spawn_local(async move {
            let page: Answer<Mine<Thread>> = functions::load_thread(id, before, after, at).await;
            if let Ok(page) = page {
                self.place.hold(move |anchor| {
                    self.thread.try_update(|thread| {
                        take(thread, page.view);
                        thread.keep_around(anchor, MOST);
                    });
                });
            }
            // Not before it is drawn: until then nothing shall move by itself.
            request_animation_frame(move || {
                request_animation_frame(move || {
                    self.loading.try_set(false);
                });
            });
        });
    }
}
