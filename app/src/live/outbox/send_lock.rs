//! The lock with which one tab of a browser sends at a time.

use super::{Outbox, SEND_TIMEOUT, queue::Input};
use crate::live::locks::{self, Lock, LockEnd};
use leptos::{prelude::set_timeout, task::spawn_local};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

thread_local! {
    /// The locks that this tab holds and hasn't released by itself: the last one, and for a moment one that it has lost.
    static HELD: RefCell<Vec<Rc<Lock>>> = const { RefCell::new(Vec::new()) };
}

/// Requests the lock. Steals it if the request isn't answered: a tab that is suspended while it holds the lock never
/// releases it.
pub(super) fn request(outbox: Outbox) {
    let answered = request_once(outbox, false);
    let steal_unless_answered = move || {
        if !answered.get() {
            request_once(outbox, true);
        }
    };
    set_timeout(steal_unless_answered, SEND_TIMEOUT * 2);
}

/// Releases the lock, so that another tab can send.
pub(super) fn release() {
    HELD.take().iter().for_each(|lock| lock.release());
}

/// Requests the lock, and returns a flag that is set once it is granted, refused or lost.
fn request_once(outbox: Outbox, steal: bool) -> Rc<Cell<bool>> {
    let answered = Rc::new(Cell::new(false));
    let (grant_flag, end_flag) = (answered.clone(), answered.clone());
    let Some(me) = outbox.live.me().filter(|_| !locks::is_page_left()) else {
        // The next retry requests it again: once the stream is open.
        answered.set(true);
        outbox.apply(Input::LockLost);
        return answered;
    };
    let on_granted = move |lock: Rc<Lock>| {
        grant_flag.set(true);
        HELD.with_borrow_mut(|held| held.push(lock));
        // Not in the browser's callback: the lock may be released at once.
        spawn_local(async move { outbox.apply(Input::LockGranted) });
    };
    match locks::request_lock(&format!("greenroom-outbox-{me}"), steal, on_granted) {
        Some((lock, ended)) => spawn_local(async move {
            let ended = ended.await;
            let was_answered = end_flag.replace(true);
            if ended == LockEnd::Refused {
                outbox.apply(Input::LockGranted);
            } else if remove_held(&lock) || !was_answered {
                // This tab has lost the lock, or its request was aborted because the page is being left.
                report_lost(outbox);
            }
        }),
        None => {
            answered.set(true);
            spawn_local(async move { outbox.apply(Input::LockGranted) });
        }
    }
    answered
}

/// Removes a lock that has ended. Returns whether it was held: then another tab stole it, or the page is being left.
fn remove_held(lock: &Rc<Lock>) -> bool {
    HELD.with_borrow_mut(|held| {
        let before = held.len();
        held.retain(|known| !Rc::ptr_eq(known, lock));
        held.len() < before
    })
}

fn report_lost(outbox: Outbox) {
    // This tab may have stolen the lock from itself.
    if HELD.with_borrow(Vec::is_empty) {
        outbox.apply(Input::LockLost);
    }
}
