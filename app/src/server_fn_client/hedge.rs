//! Requests that are sent again beside the first where no answer comes.
//!
//! Over HTTP/1.1 a browser may put a request on a connection that has died without a word, and waits for minutes. A
//! further request goes by another connection, and ending one of them closes its dead connection for good.

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

/// So long a request has before another is sent beside it.
const HEDGE_DELAY: Duration = Duration::from_secs(3);
const MAX_ATTEMPTS: usize = 6;
/// Requests at once. The first of them keeps its place: a slow line may need long for any answer.
const MAX_IN_FLIGHT: usize = 3;
/// After the last try.
const FINAL_TIMEOUT: Duration = Duration::from_secs(30);

/// The first answer to any of the requests. Only for what may arrive twice.
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

/// What failed for want of a connection is no answer as long as another is waited for.
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

/// Waits.
pub(crate) async fn sleep(time: Duration) {
    let timer = Promise::new(&mut |done, _| {
        set_timeout(
            move || {
                let _ = done.call0(&JsValue::NULL);
            },
            time,
        );
    });
    // A timer that is never refused.
    let _ = JsFuture::from(timer).await;
}
