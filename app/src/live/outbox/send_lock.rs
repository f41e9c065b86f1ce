//! The lock with which one tab of a browser sends at a time.

use super::{Outbox, SEND_TIMEOUT, queue::Input};
use crate::live::locks::{self, Lock, LockEnd};
use leptos::{prelude::set_timeout, task::spawn_local};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

thread_local! {
    /// The locks that this tab holds: more than one if it stole a lock for which it also waited.
    static HELD: RefCell<Vec<Rc<Lock>>> = const { RefCell::new(Vec::new()) };
}

/// Requests the lock. Steals it if it isn't granted: a tab that is suspended while it holds the lock never releases it.
pub(super) fn request(outbox: Outbox) {
    let granted = request_once(outbox, false);
    let steal_unless_granted = move || {
        if !granted.get() {
            request_once(outbox, true);
        }
    };
    set_timeout(steal_unless_granted, SEND_TIMEOUT * 2);
}

/// Releases the lock, so that another tab can send.
pub(super) fn release() {
    HELD.take().iter().for_each(|lock| lock.release());
}

/// Requests the lock, and returns a flag that is set when the request has been answered.
fn request_once(outbox: Outbox, steal: bool) -> Rc<Cell<bool>> {
    let granted = Rc::new(Cell::new(false));
    let grant_flag = granted.clone();
    let on_granted = move |lock: Rc<Lock>| {
        grant_flag.set(true);
        HELD.with_borrow_mut(|held| held.push(lock));
        // Not in the browser's callback: the lock may be released at once.
        spawn_local(async move { outbox.apply(Input::LockGranted) });
    };
    let Some(me) = outbox.live.me() else {
        // Nobody is signed in: the next retry requests it again.
        granted.set(true);
        outbox.apply(Input::LockLost);
        return granted;
    };
    match locks::request_lock(&format!("greenroom-outbox-{me}"), steal, on_granted) {
        Some((lock, ended)) => spawn_local(async move {
            match ended.await {
                LockEnd::Released => {}
                LockEnd::Refused => outbox.apply(Input::LockGranted),
                LockEnd::Stolen => {
                    HELD.with_borrow_mut(|held| held.retain(|known| !Rc::ptr_eq(known, &lock)));
                    outbox.apply(Input::LockLost);
                }
            }
        }),
        None => {
            granted.set(true);
            spawn_local(async move { outbox.apply(Input::LockGranted) });
        }
    }
    granted
}
