//! Many questions, one answer: whatever is asked while others are being answered waits, and is answered together then.

use crate::{Error, Result};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::{
    sync::oneshot,
    time::{Duration, sleep},
};

/// More questions than this are a crowd.
const CROWD: usize = 100;

/// Questions of one kind.
pub(crate) struct Together<Q, A> {
    waiting: Mutex<Vec<(Q, oneshot::Sender<A>)>>,
    turn: tokio::sync::Mutex<()>,
    most: usize,
    breath: Duration,
}

impl<Q, A> Together<Q, A> {
    /// Answers so many at once at most. Where a crowd asks, it gathers for a `breath` before the next are answered.
    pub(crate) fn new(most: usize, breath: Duration) -> Self {
        Self { waiting: Mutex::default(), turn: tokio::sync::Mutex::default(), most, breath }
    }

    /// Asks. Somebody must [answer](Self::answer) afterwards.
    pub(crate) fn ask(&self, question: Q) -> oneshot::Receiver<A> {
        let (answer, answered) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((question, answer));
        answered
    }

    /// Answers what waits, once nobody else does; there may be nothing left then. Gives an answer for each question, in
    /// their order.
    pub(crate) async fn answer<F: Future<Output = Vec<A>>>(&self, answer: impl FnOnce(Vec<Q>) -> F) {
        let _turn = self.turn.lock().await;
        let (questions, askers): (Vec<Q>, Vec<_>) = self.take().into_iter().unzip();
        if questions.is_empty() {
            return;
        }
        let crowd = questions.len() > CROWD;
        for (asker, told) in askers.into_iter().zip(answer(questions).await) {
            // Whoever asked may have gone.
            let _ = asker.send(told);
        }
        if crowd {
            sleep(self.breath).await;
        }
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn take(&self) -> Vec<(Q, oneshot::Sender<A>)> {
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
        let together = Arc::new(Together::<u32, String>::new(3, Duration::ZERO));
        let asked: Vec<_> = (1..=4).map(|number| together.ask(number)).collect();
        let sizes = Mutex::new(Vec::new());
        for _ in 0..4 {
            let answering = together.answer(async |questions: Vec<u32>| {
                sizes.lock().expect("a lock").push(questions.len());
                questions.iter().map(u32::to_string).collect()
            });
            answering.await;
        }
        assert_eq!(sizes.into_inner().expect("a lock"), [3, 1], "at most so many at once, and each once");
        for (number, answered) in (1..=4).zip(asked) {
            assert_eq!(answered.await, Ok(number.to_string()));
        }
    }
}
