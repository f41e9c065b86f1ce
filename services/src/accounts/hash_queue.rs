use crate::{Result, metrics, network::truncate_address};
use model::{ApiError, PersonId};
use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// `Retry-After` in seconds for a request that found the queue full.
const RETRY_AFTER: u64 = 3;

/// The unit among which the places of the queue are shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requester {
    /// All unauthenticated requests from one network.
    Network(IpAddr),
    /// A person who is signed in or who opened a link mailed to them.
    Person(PersonId),
}

impl Requester {
    /// Returns the requester's site, which has one share. An IPv6 site is assigned a /48, which has 65,536 networks.
    fn site(self) -> Self {
        match self {
            Requester::Network(address) => Requester::Network(truncate_address(address, 32, 48).addr()),
            Requester::Person(_) => self,
        }
    }
}

/// Limits concurrent hashing and strength estimation of passwords; further requests wait. Schedules round-robin over
/// sites, and over requesters within a site, so that a site with many requests delays another by one of them. If the
/// queue is full, the site with the most waiting requests loses its newest one to the newcomer.
pub(super) struct HashQueue {
    /// The label in metrics.
    name: &'static str,
    state: Mutex<QueueState>,
    capacity: usize,
}

struct QueueState {
    free: usize,
    waiting: FairShares<FairShares<VecDeque<PermitSender>>>,
}

/// Shares by owner, in round-robin order. A share without waiters is removed.
struct FairShares<T>(VecDeque<(Requester, T)>);

type PermitSender = oneshot::Sender<Permit>;

/// A permit to process one password. Dropping it passes it to the next waiter.
pub(crate) struct Permit(Option<Arc<HashQueue>>);

impl HashQueue {
    pub(super) fn new(name: &'static str, concurrency: usize, capacity: usize) -> Arc<Self> {
        let state = QueueState { free: concurrency, waiting: FairShares::default() };
        Arc::new(Self { name, state: Mutex::new(state), capacity })
    }

    /// Waits for a permit. Cancel safe: the queue skips waiters that are gone.
    ///
    /// # Errors
    /// `RateLimited` if the queue is full, or when this request is evicted for one of another requester.
    pub(super) async fn acquire(self: &Arc<Self>, requester: Requester) -> Result<Permit> {
        metrics::measure_queue_wait(self.name, async {
            let waiting = match self.enqueue(requester)? {
                Ok(permit) => return Ok(permit),
                Err(waiting) => waiting,
            };
            Ok(waiting.await.map_err(|_| queue_full())?)
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
        if state.waiting.len() >= self.capacity {
            state.waiting.remove_cancelled();
        }
        if state.waiting.len() >= self.capacity {
            state.waiting.evict_for(requester).ok_or_else(queue_full)?;
        }
        let (waiter, waiting) = oneshot::channel();
        state.waiting.share(requester.site()).share(requester).push_back(waiter);
        Ok(Err(waiting))
    }

    /// Passes the permit to the next waiter that wasn't cancelled.
    fn release_to_next(self: Arc<Self>) {
        let mut state = self.lock();
        let mut permit = Permit(Some(self.clone()));
        while let Some(waiter) = state.waiting.next_waiter() {
            match waiter.send(permit) {
                Ok(()) => return,
                Err(refused) => permit = refused,
            }
        }
        permit.0 = None;
        state.free += 1;
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for FairShares<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T: Default> FairShares<T> {
    /// Returns the share of one owner, which it creates if there is none.
    fn share(&mut self, owner: Requester) -> &mut T {
        let index = self.0.iter().position(|(known, _)| *known == owner).unwrap_or_else(|| {
            self.0.push_back((owner, T::default()));
            self.0.len() - 1
        });
        &mut self.0[index].1
    }

    /// Returns the largest share if it exceeds the newcomer's by more than one: otherwise an eviction would only swap
    /// the two.
    fn largest(&mut self, newcomer: Requester, len: impl Fn(&T) -> usize) -> Option<&mut T> {
        let own = self.0.iter().find(|(known, _)| *known == newcomer).map_or(0, |(_, share)| len(share));
        let (_, most) = self.0.iter_mut().max_by_key(|(_, share)| len(share))?;
        (len(most) > own + 1).then_some(most)
    }
}

/// Shares of the requesters of one site.
impl FairShares<VecDeque<PermitSender>> {
    fn len(&self) -> usize {
        self.0.iter().map(|(_, waiters)| waiters.len()).sum()
    }

    /// Pops a waiter of the next requester, and moves that requester to the back.
    fn next_waiter(&mut self) -> Option<PermitSender> {
        let (requester, mut waiters) = self.0.pop_front()?;
        let waiter = waiters.pop_front();
        if !waiters.is_empty() {
            self.0.push_back((requester, waiters));
        }
        waiter
    }

    /// Removes the newest waiter of a requester.
    fn evict_newest(
        &mut self,
        select_share: impl FnOnce(&mut Self) -> Option<&mut VecDeque<PermitSender>>,
    ) -> Option<PermitSender> {
        let evicted = select_share(self)?.pop_back();
        self.0.retain(|(_, waiters)| !waiters.is_empty());
        evicted
    }
}

/// Shares of all sites.
impl FairShares<FairShares<VecDeque<PermitSender>>> {
    fn len(&self) -> usize {
        self.0.iter().map(|(_, site)| site.len()).sum()
    }

    /// Pops a waiter of the next site, and moves that site to the back.
    fn next_waiter(&mut self) -> Option<PermitSender> {
        let (owner, mut site) = self.0.pop_front()?;
        let waiter = site.next_waiter();
        if site.len() > 0 {
            self.0.push_back((owner, site));
        }
        waiter
    }

    /// Removes the newest waiter of the largest site, or else of the largest requester in the newcomer's site.
    fn evict_for(&mut self, requester: Requester) -> Option<PermitSender> {
        let site = requester.site();
        if let Some(largest) = self.largest(site, |site| site.len()) {
            return largest.evict_newest(|site| {
                site.0.iter_mut().map(|(_, waiters)| waiters).max_by_key(|waiters| waiters.len())
            });
        }
        let (_, own) = self.0.iter_mut().find(|(known, _)| *known == site)?;
        own.evict_newest(|own| own.largest(requester, VecDeque::len))
    }

    fn remove_cancelled(&mut self) {
        for (_, site) in &mut self.0 {
            for (_, waiters) in &mut site.0 {
                waiters.retain(|waiter| !waiter.is_closed());
            }
            site.0.retain(|(_, waiters)| !waiters.is_empty());
        }
        self.0.retain(|(_, site)| site.len() > 0);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(queue) = self.0.take() {
            queue.release_to_next();
        }
    }
}

fn queue_full() -> ApiError {
    ApiError::RateLimited { retry_after: RETRY_AFTER }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use std::{future::Future, pin::Pin};

    type PendingPermit = Pin<Box<dyn Future<Output = Result<Permit>> + Send>>;

    fn network(number: u8) -> Requester {
        Requester::Network(IpAddr::from([192, 0, 2, number]))
    }

    /// Returns a request for a permit that hasn't been polled.
    fn start_acquire(queue: &Arc<HashQueue>, requester: Requester) -> PendingPermit {
        let queue = queue.clone();
        Box::pin(async move { queue.acquire(requester).await })
    }

    fn poll_permit(waiting: &mut PendingPermit) -> Option<bool> {
        waiting.as_mut().now_or_never().map(|permit| {
            // Leaks the permit, so that it isn't passed on.
            permit.map(std::mem::forget).is_ok()
        })
    }

    #[test]
    fn a_flooding_network_does_not_block_others() {
        let queue = HashQueue::new("test", 1, 4);
        let running = start_acquire(&queue, network(1)).now_or_never().expect("at once").expect("a permit");
        let mut requests: Vec<_> = (0..4).map(|_| start_acquire(&queue, network(1))).collect();
        assert!(requests.iter_mut().all(|waiting| poll_permit(waiting).is_none()));
        assert_eq!(poll_permit(&mut start_acquire(&queue, network(1))), Some(false), "its own share is full");
        let mut other = start_acquire(&queue, network(2));
        assert_eq!(poll_permit(&mut other), None, "another network gets a place");
        assert_eq!(poll_permit(&mut requests[3]), Some(false), "the newest waiter of the largest share is evicted");
        let mut third = start_acquire(&queue, network(3));
        assert_eq!(poll_permit(&mut third), None);
        drop(running);
        let permits: Vec<_> = [&mut requests[0], &mut other, &mut third].into_iter().map(poll_permit).collect();
        assert_eq!(permits, [Some(true), None, None], "one at a time");
    }

    #[test]
    fn a_requester_with_one_waiter_is_not_evicted() {
        let queue = HashQueue::new("test", 1, 3);
        let _running = start_acquire(&queue, network(9)).now_or_never().expect("at once").expect("a permit");
        let mut waiting: Vec<_> = (1..=3).map(|number| start_acquire(&queue, network(number))).collect();
        assert!(waiting.iter_mut().all(|one| poll_permit(one).is_none()));
        assert_eq!(poll_permit(&mut start_acquire(&queue, network(4))), Some(false), "the queue is full");
        assert_eq!(poll_permit(&mut waiting[2]), None, "the newest waiter keeps its only place");
    }

    #[test]
    fn a_site_with_many_networks_has_one_share() {
        let queue = HashQueue::new("test", 1, 4);
        let site = |number: u16| Requester::Network(IpAddr::from([0x2001, 0xdb8, 1, number, 0, 0, 0, 0]));
        let running = start_acquire(&queue, network(9)).now_or_never().expect("at once").expect("a permit");
        let mut requests: Vec<_> = (0..4).map(|number| start_acquire(&queue, site(number))).collect();
        assert!(requests.iter_mut().all(|one| poll_permit(one).is_none()));
        let mut others = vec![start_acquire(&queue, network(1))];
        assert_eq!(poll_permit(&mut others[0]), None, "another site gets a place");
        requests.retain_mut(|one| poll_permit(one).is_none());
        assert_eq!(requests.len(), 3, "one waiter of the largest site is evicted");
        assert_eq!(
            poll_permit(&mut start_acquire(&queue, site(7))),
            Some(false),
            "and its other networks don't regain it"
        );
        others.push(start_acquire(&queue, network(2)));
        assert!(others.iter_mut().all(|one| poll_permit(one).is_none()));
        requests.retain_mut(|one| poll_permit(one).is_none());
        assert_eq!(requests.len(), 2);
        drop(running);
        assert_eq!(requests.iter_mut().filter_map(poll_permit).collect::<Vec<_>>(), [true], "the oldest waiter");
        assert!(others.iter_mut().all(|one| poll_permit(one).is_none()), "one at a time");
    }

    #[tokio::test]
    async fn permits_are_round_robin_and_skip_cancelled_waiters() {
        let queue = HashQueue::new("test", 1, 8);
        let running = queue.acquire(network(1)).await.expect("a permit");
        let mut waiting = Vec::new();
        for number in [1, 1, 1, 2, 3] {
            let mut one = start_acquire(&queue, network(number));
            assert!(one.as_mut().now_or_never().is_none());
            waiting.push(one);
        }
        let cancelled = waiting.remove(1);
        drop(cancelled);
        drop(running);
        // Round-robin over networks: 1, 2, 3, then 1 again.
        for next in [0, 1, 1, 0] {
            drop(waiting.remove(next).await.expect("a permit"));
        }
        assert!(waiting.is_empty());
        queue.acquire(network(4)).await.expect("all permits are free again");
    }
}
