//! Batches requests: those that arrive while a batch runs form the next one.

use crate::{Error, Result};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::{
    sync::oneshot,
    task::yield_now,
    time::{Duration, sleep, timeout},
};
use tracing::Instrument;

/// Maximum number of sessions or streams in one batch.
pub(crate) const MAX_LOOKUP_BATCH: usize = 250;
/// Delay before the next batch of streams under load, for instance when all clients reconnect after a restart.
pub(crate) const STREAM_LOOKUP_DELAY: Duration = Duration::from_millis(10);

/// Batches larger than this are followed by `delay`.
const BUSY_THRESHOLD: usize = 100;
/// Longest time for a batch; as long as the wait for a database connection. Without it, a dead connection would block
/// all requests until TCP gives up, after a quarter of an hour.
const BATCH_TIMEOUT: Duration = Duration::from_secs(10);

/// Responses sent before yielding to other tasks, which would otherwise wait behind all requests of the batch.
const RESPONSES_PER_YIELD: usize = 16;

/// A queue of requests of one kind. Cheap to clone.
pub(crate) struct Batcher<Q, A>(Arc<BatchQueue<Q, A>>);

struct BatchQueue<Q, A> {
    waiting: Mutex<Vec<(Q, ResponseSender<A>)>>,
    running: tokio::sync::Mutex<()>,
    max_size: usize,
    delay: Duration,
}

type ResponseSender<A> = oneshot::Sender<Result<A>>;

impl<Q: Send + 'static, A: Send + 'static> Batcher<Q, A> {
    /// Runs batches of at most `max_size` requests. Under load, requests gather for `delay` before the next batch.
    pub(crate) fn new(max_size: usize, delay: Duration) -> Self {
        Self(Arc::new(BatchQueue {
            waiting: Mutex::default(),
            running: tokio::sync::Mutex::default(),
            max_size,
            delay,
        }))
    }

    /// Submits a request and waits for its response. `handler` must return one response per request, in their order.
    /// Cancelling the caller doesn't cancel the request.
    pub(crate) async fn submit<F>(&self, request: Q, handler: impl FnOnce(Vec<Q>) -> F + Send + 'static) -> Result<A>
    where
        F: Future<Output = Vec<Result<A>>> + Send,
    {
        let receiver = self.0.enqueue(request);
        let queue = self.0.clone();
        tokio::spawn(async move { queue.run_batch(handler).await }.in_current_span());
        receiver.await.map_err(Error::internal)?
    }

    /// Returns the number of queued requests.
    pub(crate) fn len(&self) -> usize {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl<Q, A> BatchQueue<Q, A> {
    fn enqueue(&self, request: Q) -> oneshot::Receiver<Result<A>> {
        let (sender, receiver) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((request, sender));
        receiver
    }

    /// Waits for the running batch, then runs the next one. The queue may be empty by then.
    async fn run_batch<F: Future<Output = Vec<Result<A>>>>(&self, handler: impl FnOnce(Vec<Q>) -> F) {
        let _guard = self.running.lock().await;
        let (requests, senders): (Vec<Q>, Vec<_>) = self.drain_batch().into_iter().unzip();
        if requests.is_empty() {
            return;
        }
        let busy = requests.len() > BUSY_THRESHOLD;
        let Ok(responses) = timeout(BATCH_TIMEOUT, handler(requests)).await else {
            senders.into_iter().for_each(|sender| drop(sender.send(Err(Error::timeout()))));
            return;
        };
        for (number, (sender, response)) in (1..).zip(senders.into_iter().zip(responses)) {
            // The caller may have been cancelled.
            let _ = sender.send(response);
            if number % RESPONSES_PER_YIELD == 0 {
                yield_now().await;
            }
        }
        if busy && !self.delay.is_zero() {
            sleep(self.delay).await;
        }
    }

    fn drain_batch(&self) -> Vec<(Q, ResponseSender<A>)> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let size = self.max_size.min(waiting.len());
        waiting.drain(..size).collect()
    }
}

/// Maps the result of a batch to a response for each request.
pub(crate) fn map_batch<F, Q, A>(found: Result<F>, requests: &[Q], respond: impl Fn(&F, &Q) -> A) -> Vec<Result<A>> {
    match found {
        Ok(found) => requests.iter().map(|request| Ok(respond(&found, request))).collect(),
        Err(error) => fail_batch(error, requests.len()),
    }
}

/// Returns the same error as the response to each request.
pub(crate) fn fail_batch<A>(error: Error, requests: usize) -> Vec<Result<A>> {
    let error = Arc::new(error);
    (0..requests).map(|_| Err(Error::internal(error.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn requests_during_a_batch_form_the_next_one() {
        let Batcher(queue) = Batcher::<u32, String>::new(3, Duration::ZERO);
        let receivers: Vec<_> = (1..=4).map(|number| queue.enqueue(number)).collect();
        let sizes = Mutex::new(Vec::new());
        for _ in 0..4 {
            let batch = queue.run_batch(async |requests: Vec<u32>| {
                sizes.lock().expect("a lock").push(requests.len());
                requests.iter().map(|number| Ok(number.to_string())).collect()
            });
            batch.await;
        }
        assert_eq!(sizes.into_inner().expect("a lock"), [3, 1], "at most 3 requests per batch, each exactly once");
        for (number, receiver) in (1..=4).zip(receivers) {
            assert_eq!(receiver.await.expect("an answer").expect("a number"), number.to_string());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_hanging_batch_times_out() {
        let batcher = Batcher::<u32, String>::new(3, Duration::ZERO);
        let response = batcher.submit(1, async |_| std::future::pending().await).await.expect_err("the batch hangs");
        assert_eq!(response.into_api_error(), model::ApiError::Unavailable);
        let response =
            batcher.submit(2, async |requests| requests.iter().map(|_| Ok("two".to_owned())).collect()).await;
        assert_eq!(response.expect("an answer"), "two");
    }
}
