//! Web Locks: held by one tab of a browser at a time. Browsers offer them over HTTPS and on localhost only.
//!
//! A page that is left releases all its locks ([`release_all`]): otherwise WebKit keeps them with the page in the
//! back/forward cache, and the next page waits for a lock that no running page holds.

use crate::browser;
use futures::future::{Either, select};
use js_sys::{Function, Promise};
use leptos::prelude::set_timeout;
use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::Pin,
    rc::Rc,
    time::Duration,
};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;

/// A stolen lock is granted at once. A browser that hasn't granted one after this time grants none.
const STEAL_TIMEOUT: Duration = Duration::from_secs(3);

thread_local! {
    /// Whether a stolen lock was never granted: then this page does without locks.
    static LOCKS_UNSUPPORTED: Cell<bool> = const { Cell::new(false) };
    /// Whether the page has been left, and may be in the back/forward cache.
    static IS_PAGE_LEFT: Cell<bool> = const { Cell::new(false) };
    /// The locks that this page holds or waits for.
    static LOCKS: RefCell<Vec<Rc<Lock>>> = const { RefCell::new(Vec::new()) };
}

/// A requested lock.
#[derive(Default)]
pub(super) struct Lock {
    held: Cell<bool>,
    released: Cell<bool>,
    /// Settles the promise that holds the lock.
    settle: RefCell<Option<Function>>,
    /// Ends the request if the browser never answers.
    refuse: RefCell<Option<Function>>,
    /// Aborts the request while it waits.
    controller: Option<JsValue>,
}

/// How a lock ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LockEnd {
    /// This page released it.
    Released,
    /// Another tab stole it.
    Stolen,
    /// The browser grants no locks to this page.
    Refused,
}

/// Resolves when the lock has ended.
pub(super) type LockEndFuture = Pin<Box<dyn Future<Output = LockEnd>>>;

impl Lock {
    /// Releases the lock, or aborts the request for it.
    pub(super) fn release(&self) {
        self.released.set(true);
        if let Some(settle) = self.settle.take() {
            // Settling our own promise can't fail.
            let _ = settle.call0(&JsValue::NULL);
        } else if let Some(controller) = &self.controller {
            browser::call_method(controller, "abort", &[]);
        }
    }

    /// Returns the promise that holds the lock. A lock that is granted after its release is returned at once.
    fn grant(self: &Rc<Self>, on_granted: impl FnOnce(Rc<Self>)) -> Promise {
        if self.released.get() {
            return Promise::resolve(&JsValue::NULL);
        }
        self.held.set(true);
        let promise = Promise::new(&mut |settle, _| {
            self.settle.replace(Some(settle));
        });
        on_granted(self.clone());
        promise
    }
}

/// Waits until no other tab holds the lock; with `steal`, takes it from its holder. Then calls `on_granted`, and holds
/// the lock until it is released. The future resolves to how it ended. Returns `None` if there are no locks.
pub(super) fn request_lock(
    name: &str,
    steal: bool,
    on_granted: impl FnOnce(Rc<Lock>) + 'static,
) -> Option<(Rc<Lock>, LockEndFuture)> {
    let locks = browser::navigator_property("locks").filter(|_| !LOCKS_UNSUPPORTED.get())?;
    // The browser rejects a request that has both `steal` and a signal.
    let controller = if steal { None } else { browser::construct_object("AbortController", &[]) };
    let signal = controller.as_ref().and_then(|controller| browser::get_property(controller, "signal"));
    let mut options = vec![("steal", JsValue::from(steal))];
    options.extend(signal.map(|signal| ("signal", signal)));
    let options = browser::to_js_object(&options.iter().map(|(name, value)| (*name, value)).collect::<Vec<_>>());
    let lock = Rc::new(Lock { controller, ..Lock::default() });
    let granted = lock.clone();
    let callback = Closure::once_into_js(move |_lock: JsValue| JsValue::from(granted.grant(on_granted)));
    let promise: Promise =
        browser::call_method(&locks, "request", &[&name.into(), &options, &callback])?.dyn_into().ok()?;
    LOCKS.with_borrow_mut(|locks| locks.push(lock.clone()));
    let refused = Promise::new(&mut |refuse, _| {
        lock.refuse.replace(Some(refuse));
    });
    let requested = lock.clone();
    if steal {
        set_timeout(move || refuse_unless_granted(&requested), STEAL_TIMEOUT);
    }
    let requested = lock.clone();
    let ended = async move {
        let answer = select(JsFuture::from(promise), JsFuture::from(refused)).await;
        unregister(&requested);
        let failed = match answer {
            Either::Left((answer, _)) => answer.is_err(),
            Either::Right(_) => return LockEnd::Refused,
        };
        match (failed, requested.held.get()) {
            _ if requested.released.get() => LockEnd::Released,
            (true, true) => LockEnd::Stolen,
            (true, false) => LockEnd::Refused,
            (false, _) => LockEnd::Released,
        }
    };
    Some((lock, Box::pin(ended)))
}

/// Ends all waiting requests if the stolen lock wasn't granted.
fn refuse_unless_granted(stolen: &Lock) {
    if stolen.held.get() || stolen.released.get() {
        return;
    }
    LOCKS_UNSUPPORTED.set(true);
    for lock in LOCKS.with_borrow(Clone::clone).iter().filter(|lock| !lock.held.get()) {
        lock.released.set(true);
        // Settling our own promise can't fail.
        lock.refuse.take().map(|refuse| refuse.call0(&JsValue::NULL));
    }
}

fn unregister(lock: &Rc<Lock>) {
    LOCKS.with_borrow_mut(|locks| locks.retain(|known| !Rc::ptr_eq(known, lock)));
}

/// Returns whether the page has been left, so that it must not request locks.
pub(super) fn is_page_left() -> bool {
    IS_PAGE_LEFT.get()
}

/// Allows requests again, because the page has come back.
pub(super) fn allow_requests() {
    IS_PAGE_LEFT.set(false);
}

/// Releases all locks, because the page is being left.
pub(super) fn release_all() {
    IS_PAGE_LEFT.set(true);
    LOCKS.take().iter().for_each(|lock| lock.release());
}
