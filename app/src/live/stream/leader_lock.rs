//! The lock of the tab that leads.

use super::{Input, apply};
use crate::live::{
    locks::{self, Lock, LockEnd},
    state::Live,
    tab_channel,
};
use leptos::task::spawn_local;
use std::{cell::RefCell, rc::Rc};

thread_local! {
    /// The lock that was requested last.
    static LOCK: RefCell<Option<Rc<Lock>>> = const { RefCell::new(None) };
}

/// Requests the lock, or steals it.
pub(super) fn request(live: Live, id: u32, steal: bool) {
    // Without a channel this tab would receive nothing from another leader.
    let me = live.me().filter(|_| tab_channel::is_open());
    let on_granted = move |_| apply(live, Input::LockGranted(id));
    let requested = me.and_then(|me| locks::request_lock(&format!("greenroom-stream-{me}"), steal, on_granted));
    let Some((lock, ended)) = requested else { return apply(live, Input::LockRefused(id)) };
    LOCK.set(Some(lock));
    spawn_local(async move {
        match ended.await {
            LockEnd::Released => {}
            LockEnd::Stolen => apply(live, Input::LockStolen(id)),
            LockEnd::Refused => apply(live, Input::LockRefused(id)),
        }
    });
}

/// Releases the lock, or withdraws the request for it.
pub(super) fn release() {
    if let Some(lock) = LOCK.take() {
        lock.release();
    }
}
