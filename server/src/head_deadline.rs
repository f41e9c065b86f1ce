//! The timeout of a request head. hyper's own limit can't distinguish a slow head from an idle connection, which may
//! wait longer for its next request.

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};
use tokio::time::{Duration, Instant};

/// Timeout of a head from its first byte; of a connection's first head, from the start of the connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// Tracks whether a connection is idle, receives a head or serves a request. Cheap to clone.
#[derive(Clone)]
pub(crate) struct HeadDeadline(Arc<Mutex<State>>);

enum State {
    /// No byte of the next request has arrived.
    Idle,
    /// A head is being received.
    Head { until: Instant },
    /// A request is being served.
    Busy,
}

impl HeadDeadline {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State::Head { until: Instant::now() + HEAD_TIMEOUT })))
    }

    /// Starts the timeout if the connection was idle. To be called after each read from the socket.
    pub(crate) fn record_read(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Idle) {
            *state = State::Head { until: Instant::now() + HEAD_TIMEOUT };
        }
    }

    /// Stops the timeout: the head is complete. The request ends when the returned guard is dropped.
    pub(crate) fn begin_request(&self) -> RequestGuard {
        self.set_state(State::Busy);
        RequestGuard(self.clone())
    }

    /// Returns the time by which the head that is being received must be complete.
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

/// Marks the connection as busy until it is dropped.
pub(crate) struct RequestGuard(HeadDeadline);

impl Drop for RequestGuard {
    fn drop(&mut self) {
        self.0.set_state(State::Idle);
    }
}

impl RequestGuard {
    /// Ties the guard to the response's body, so that the connection is busy until the body has been sent.
    pub(crate) fn guard_body(self, body: Body) -> GuardedBody {
        GuardedBody { body, _guard: self }
    }
}

/// A response body that holds its request's guard.
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
