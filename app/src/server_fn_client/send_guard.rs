//! The live connection decides whether the page may send requests. It sends requests itself, so it registers its
//! functions here: if this module called them by name, the two would depend on each other.

use crate::request_error::{RequestError, RequestResult};
use std::cell::Cell;

/// What decides about requests, and learns why they fail.
#[derive(Clone, Copy)]
pub(crate) struct SendGuard {
    /// Returns an error if the page may not send a request to this path.
    pub(crate) check_may_send: fn(&str) -> RequestResult<()>,
    /// Called with the failure of each request that was sent.
    pub(crate) observe_failure: fn(&RequestError),
}

thread_local! {
    static GUARD: Cell<Option<SendGuard>> = const { Cell::new(None) };
}

/// Registers the guard of this page. Until then, every request may be sent.
pub(crate) fn set_send_guard(guard: SendGuard) {
    GUARD.set(Some(guard));
}

pub(super) fn check_may_send(path: &str) -> RequestResult<()> {
    GUARD.get().map_or(Ok(()), |guard| (guard.check_may_send)(path))
}

pub(super) fn observe_result<T>(result: &RequestResult<T>) {
    if let (Err(failure), Some(guard)) = (result, GUARD.get()) {
        (guard.observe_failure)(failure);
    }
}
