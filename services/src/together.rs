//! Many questions, one answer: whatever is asked while others are being answered waits, and is answered together then.

use crate::{Error, Result};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::{
    sync::oneshot,
    task::yield_now,
    time::{Duration, sleep, timeout},
};
use tracing::Instrument;

/// More questions than this are a crowd.
const CROWD: usize = 100;
/// As long as anybody waits for a connection to the database. One that has died without a word would else keep all who
/// ask waiting, for a quarter of an hour.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers that are given before others have their turn: else all who asked would stand before everybody else.
const TOLD_AT_ONCE: usize = 16;

/// Questions of one kind. Cheap to clone.
pub(crate) struct Together<Q, A>(Arc<Queue<Q, A>>);

struct Queue<Q, A> {
    waiting: Mutex<Vec<(Q, Asker<A>)>>,
    turn: tokio::sync::Mutex<()>,
    most: usize,
    breath: Duration,
}

type Asker<A> = oneshot::Sender<Result<A>>;

impl<Q: Send + 'static, A: Send + 'static> Together<Q, A> {
    /// Answers so many at once at most. Where a crowd asks, it gathers for a `breath` before the next are answered.
    pub(crate) fn new(most: usize, breath: Duration) -> Self {
        Self(Arc::new(Queue { waiting: Mutex::default(), turn: tokio::sync::Mutex::default(), most, breath }))
    }

    /// Asks, and waits for the answer. Whoever asks may go: what was asked is answered all the same. `answer` gives one
    /// for each question, in their order.
    pub(crate) async fn ask<F>(&self, question: Q, answer: impl FnOnce(Vec<Q>) -> F + Send + 'static) -> Result<A>
    where
        F: Future<Output = Vec<Result<A>>> + Send,
    {
        let answered = self.0.put(question);
        let queue = self.0.clone();
        tokio::spawn(async move { queue.answer(answer).await }.in_current_span());
        answered.await.map_err(Error::broken)?
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl<Q, A> Queue<Q, A> {
    fn put(&self, question: Q) -> oneshot::Receiver<Result<A>> {
        let (asker, answered) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((question, asker));
        answered
    }

    /// Answers what waits, once nobody else does; there may be nothing left then.
    async fn answer<F: Future<Output = Vec<Result<A>>>>(&self, answer: impl FnOnce(Vec<Q>) -> F) {
        let _turn = self.turn.lock().await;
        let (questions, askers): (Vec<Q>, Vec<_>) = self.take().into_iter().unzip();
        if questions.is_empty() {
            return;
        }
        let crowd = questions.len() > CROWD;
        let Ok(answers) = timeout(PATIENCE, answer(questions)).await else {
            askers.into_iter().for_each(|asker| drop(asker.send(Err(Error::silent()))));
            return;
        };
        for (number, (asker, told)) in (1..).zip(askers.into_iter().zip(answers)) {
            // Whoever asked may have gone.
            let _ = asker.send(told);
            if number % TOLD_AT_ONCE == 0 {
                yield_now().await;
            }
        }
        if crowd && !self.breath.is_zero() {
            sleep(self.breath).await;
        }
    }

    fn take(&self) -> Vec<(Q, Asker<A>)> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let some = self.most.min(waiting.len());
        waiting.drain(..some).collect()
    }
}

/// An answer for each question, from what was found for all of them.
pub(crate) fn each<F, Q, A>(found: Result<F>, questions: &[Q], one: impl Fn(&F, &Q) -> A) -> Vec<Result<A>> {
    match found {
        Ok(found) => questions.iter().map(|question| Ok(one(&found, question))).collect(),
        Err(error) => all_failed(error, questions.len()),
    }
}

/// What failed for all of them.
pub(crate) fn all_failed<A>(error: Error, questions: usize) -> Vec<Result<A>> {
    let error = Arc::new(error);
    (0..questions).map(|_| Err(Error::broken(error.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_asked_meanwhile_is_answered_together() {
        let Together(queue) = Together::<u32, String>::new(3, Duration::ZERO);
        let asked: Vec<_> = (1..=4).map(|number| queue.put(number)).collect();
        let sizes = Mutex::new(Vec::new());
        for _ in 0..4 {
            let answering = queue.answer(async |questions: Vec<u32>| {
                sizes.lock().expect("a lock").push(questions.len());
                questions.iter().map(|number| Ok(number.to_string())).collect()
            });
            answering.await;
        }
        assert_eq!(sizes.into_inner().expect("a lock"), [3, 1], "at most so many at once, and each once");
        for (number, answered) in (1..=4).zip(asked) {
            assert_eq!(answered.await.expect("an answer").expect("a word"), number.to_string());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_asks_is_not_kept_waiting_for_ever() {
        let together = Together::<u32, String>::new(3, Duration::ZERO);
        let told = together.ask(1, async |_| std::future::pending().await).await.expect_err("nobody answers");
        assert_eq!(told.into_refusal(), model::Refusal::Unavailable);
        let told = together.ask(2, async |questions| questions.iter().map(|_| Ok("two".to_owned())).collect()).await;
        assert_eq!(told.expect("an answer"), "two");
    }
}
