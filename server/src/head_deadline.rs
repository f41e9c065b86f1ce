//! How long a client may take to send the head of a request. Between two requests a connection may be idle for longer,
//! which hyper's own limit can't tell apart.

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};
use tokio::time::{Duration, Instant};

/// How long a head may take, from its first byte; the first of a connection, from its beginning.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// Where a connection stands between its requests. Cheap to clone.
#[derive(Clone)]
pub(crate) struct HeadDeadline(Arc<Mutex<State>>);

enum State {
    /// Nothing of the next request has come.
    Idle,
    /// A head is on its way.
    Head { until: Instant },
    /// A request is being answered.
    Busy,
}

impl HeadDeadline {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State::Head { until: Instant::now() + HEAD_TIMEOUT })))
    }

    /// Notes that something was read.
    pub(crate) fn record_read(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Idle) {
            *state = State::Head { until: Instant::now() + HEAD_TIMEOUT };
        }
    }

    /// Notes that a head is whole. The request is over when what is returned is dropped.
    pub(crate) fn begin_request(&self) -> RequestGuard {
        self.set_state(State::Busy);
        RequestGuard(self.clone())
    }

    /// Until when the head that is on its way must be whole.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Head { until } => Some(until),
            State::Idle | State::Busy => None,
        }
    }

    fn set_state(&self, state: State) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

/// A request that is being answered.
pub(crate) struct RequestGuard(HeadDeadline);

impl Drop for RequestGuard {
    fn drop(&mut self) {
        self.0.set_state(State::Idle);
    }
}

impl RequestGuard {
    /// Keeps the request going until the body of its response has been sent.
    pub(crate) fn guard_body(self, body: Body) -> GuardedBody {
        GuardedBody { body, _guard: self }
    }
}

/// A response's body, with the request that it answers.
pub(crate) struct GuardedBody {
    body: Body,
    _guard: RequestGuard,
}

impl HttpBody for GuardedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
