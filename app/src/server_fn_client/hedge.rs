//! Hedged requests: repeated in parallel to the first while no response arrives.
//!
//! Over HTTP/1.1 a browser may send a request over a connection that died silently, and wait for minutes. A parallel
//! request uses another connection, and aborting a request closes its dead connection for good.

use super::{PendingRequest, ServerFnResponse};
use crate::request_error::{RequestError, RequestResult};
use js_sys::Promise;
use leptos::prelude::set_timeout;
use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// The time after which another request is sent in parallel.
const HEDGE_DELAY: Duration = Duration::from_secs(3);
const MAX_ATTEMPTS: usize = 6;
/// Parallel requests. The first is never aborted: a slow connection may need long for any response.
const MAX_IN_FLIGHT: usize = 3;
/// Timeout after the last attempt.
const FINAL_TIMEOUT: Duration = Duration::from_secs(30);

/// Returns the first response to any of the requests. Only for idempotent requests: several may arrive.
pub(super) async fn send_repeatedly(request: impl Fn() -> PendingRequest) -> RequestResult<ServerFnResponse> {
    let mut requests = vec![request()];
    for tried in 1..=MAX_ATTEMPTS {
        let delay = if tried < MAX_ATTEMPTS { HEDGE_DELAY } else { FINAL_TIMEOUT };
        let mut time = pin!(sleep(delay));
        let answer = poll_fn(|context| match poll_all(&mut requests, |future| future.as_mut().poll(context)) {
            Poll::Pending => time.as_mut().poll(context).map(|()| None),
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
        });
        if let Some(answer) = answer.await {
            return answer;
        }
        if tried < MAX_ATTEMPTS {
            requests.push(request());
        }
        if requests.len() > MAX_IN_FLIGHT {
            drop(requests.remove(1));
        }
    }
    Err(RequestError::Network)
}

/// Polls the requests. Network errors don't count as a response while another request is in flight.
fn poll_all(
    requests: &mut Vec<PendingRequest>,
    mut poll: impl FnMut(&mut PendingRequest) -> Poll<RequestResult<ServerFnResponse>>,
) -> Poll<RequestResult<ServerFnResponse>> {
    let mut index = 0;
    while index < requests.len() {
        match poll(&mut requests[index]) {
            Poll::Ready(Err(RequestError::Network)) if requests.len() > 1 => drop(requests.remove(index)),
            Poll::Ready(answer) => return Poll::Ready(answer),
            Poll::Pending => index += 1,
        }
    }
    Poll::Pending
}

/// Completes after `time`. Dropping the future doesn't cancel the timer.
pub(crate) async fn sleep(time: Duration) {
    let timer = Promise::new(&mut |done, _| {
        set_timeout(
            move || {
                let _ = done.call0(&JsValue::NULL);
            },
            time,
        );
    });
    // The promise is never rejected.
    let _ = JsFuture::from(timer).await;
}
