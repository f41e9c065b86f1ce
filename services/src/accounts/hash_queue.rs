use crate::{Result, measured};
use model::{PersonId, Refusal};
use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// Seconds after which a request that found no place may try again.
const RETRY: u64 = 3;

/// Who waits for a password to be hashed: places are shared among these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requester {
    /// Requests from one network, of whomever.
    Network(IpAddr),
    /// A person who is signed in, or who follows a link that was mailed to them.
    Person(PersonId),
}

/// Passwords are hashed a few at a time. Requests beyond wait, and requesters take turns, so that one with many requests
/// delays another by one of them. Where all places are taken, the requester with the most of them gives one up.
pub(super) struct HashQueue {
    state: Mutex<State>,
    places: usize,
}

struct State {
    free: usize,
    /// In the order of their turns. None is without a waiter.
    requesters: VecDeque<(Requester, VecDeque<Waiter>)>,
}

type Waiter = oneshot::Sender<Permit>;

/// The right to hash one password. Dropped, it is the next one's.
pub(crate) struct Permit(Option<Arc<HashQueue>>);

impl HashQueue {
    pub(super) fn new(at_once: usize, places: usize) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State { free: at_once, requesters: VecDeque::new() }), places })
    }

    /// Waits for a permit.
    ///
    /// # Errors
    /// `RateLimited` where too many wait already, or others need the place.
    pub(super) async fn acquire(self: &Arc<Self>, requester: Requester) -> Result<Permit> {
        measured::in_line("passwords", async {
            let waiting = match self.enqueue(requester)? {
                Ok(permit) => return Ok(permit),
                Err(waiting) => waiting,
            };
            Ok(waiting.await.map_err(|_| full())?)
        })
        .await
    }

    fn enqueue(
        self: &Arc<Self>,
        requester: Requester,
    ) -> Result<std::result::Result<Permit, oneshot::Receiver<Permit>>> {
        let mut state = self.lock();
        if state.free > 0 {
            state.free -= 1;
            return Ok(Ok(Permit(Some(self.clone()))));
        }
        if state.waiting() >= self.places {
            state.forget_cancelled();
        }
        if state.waiting() >= self.places {
            state.make_place_for(requester).ok_or_else(full)?;
        }
        let (waiter, waiting) = oneshot::channel();
        match state.requesters.iter_mut().find(|(known, _)| *known == requester) {
            Some((_, waiters)) => waiters.push_back(waiter),
            None => state.requesters.push_back((requester, VecDeque::from([waiter]))),
        }
        Ok(Err(waiting))
    }

    /// Gives a permit to the next that still waits.
    fn pass_on(self: Arc<Self>) {
        let mut state = self.lock();
        let mut permit = Permit(Some(self.clone()));
        while let Some(waiter) = state.next() {
            match waiter.send(permit) {
                Ok(()) => return,
                Err(refused) => permit = refused,
            }
        }
        permit.0 = None;
        state.free += 1;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn waiting(&self) -> usize {
        self.requesters.iter().map(|(_, waiters)| waiters.len()).sum()
    }

    /// The first waiter of the requester whose turn it is, which is its last for now.
    fn next(&mut self) -> Option<Waiter> {
        let (requester, mut waiters) = self.requesters.pop_front()?;
        let waiter = waiters.pop_front();
        if !waiters.is_empty() {
            self.requesters.push_back((requester, waiters));
        }
        waiter
    }

    /// Takes the newest place of the requester with the most places, unless this one has as many.
    fn make_place_for(&mut self, requester: Requester) -> Option<Waiter> {
        let own = self.requesters.iter().find(|(known, _)| *known == requester).map_or(0, |(_, waiters)| waiters.len());
        let (_, most) = self.requesters.iter_mut().max_by_key(|(_, waiters)| waiters.len())?;
        let taken = if most.len() > own { most.pop_back() } else { None };
        self.requesters.retain(|(_, waiters)| !waiters.is_empty());
        taken
    }

    fn forget_cancelled(&mut self) {
        for (_, waiters) in &mut self.requesters {
            waiters.retain(|waiter| !waiter.is_closed());
        }
        self.requesters.retain(|(_, waiters)| !waiters.is_empty());
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(queue) = self.0.take() {
            queue.pass_on();
        }
    }
}

fn full() -> Refusal {
    Refusal::RateLimited { retry_after: RETRY }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use std::{future::Future, pin::Pin};

    type Waiting = Pin<Box<dyn Future<Output = Result<Permit>> + Send>>;

    fn network(number: u8) -> Requester {
        Requester::Network(IpAddr::from([192, 0, 2, number]))
    }

    /// Asks, and waits as far as it has to.
    fn ask(queue: &Arc<HashQueue>, requester: Requester) -> Waiting {
        let queue = queue.clone();
        Box::pin(async move { queue.acquire(requester).await })
    }

    fn has_ended(waiting: &mut Waiting) -> Option<bool> {
        waiting.as_mut().now_or_never().map(|permit| {
            // Kept, so that nobody else comes in its place.
            permit.map(std::mem::forget).is_ok()
        })
    }

    #[test]
    fn a_network_that_fills_the_queue_keeps_no_other_out() {
        let queue = HashQueue::new(1, 4);
        let running = ask(&queue, network(1)).now_or_never().expect("at once").expect("a permit");
        let mut flood: Vec<_> = (0..4).map(|_| ask(&queue, network(1))).collect();
        assert!(flood.iter_mut().all(|waiting| has_ended(waiting).is_none()));
        assert_eq!(has_ended(&mut ask(&queue, network(1))), Some(false), "its own places are full");
        let mut other = ask(&queue, network(2));
        assert_eq!(has_ended(&mut other), None, "another network gets a place");
        assert_eq!(has_ended(&mut flood[3]), Some(false), "which the one with the most gives up, its newest");
        let mut third = ask(&queue, network(3));
        assert_eq!(has_ended(&mut third), None);
        drop(running);
        let served: Vec<_> = [&mut flood[0], &mut other, &mut third].into_iter().map(has_ended).collect();
        assert_eq!(served, [Some(true), None, None], "one at a time");
    }

    #[tokio::test]
    async fn networks_take_turns_and_who_gave_up_is_passed_over() {
        let queue = HashQueue::new(1, 8);
        let running = queue.acquire(network(1)).await.expect("a permit");
        let mut waiting = Vec::new();
        for number in [1, 1, 1, 2, 3] {
            let mut one = ask(&queue, network(number));
            assert!(one.as_mut().now_or_never().is_none());
            waiting.push(one);
        }
        let gone = waiting.remove(1);
        drop(gone);
        drop(running);
        // First come, first served among networks: 1, 2, 3, then 1 again.
        for next in [0, 1, 1, 0] {
            drop(waiting.remove(next).await.expect("its turn"));
        }
        assert!(waiting.is_empty());
        queue.acquire(network(4)).await.expect("all is free again");
    }
}
