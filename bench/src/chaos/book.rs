//! What was acknowledged.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};
use tokio::sync::watch;
use uuid::Uuid;

/// A message that the site has taken. Small, because there are many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    pub(crate) writer: usize,
    pub(crate) conversation: Uuid,
    pub(crate) client_id: Uuid,
    pub(crate) seq: i64,
    /// By its fingerprint.
    pub(crate) body: u64,
}

/// The book that is kept while all write.
#[derive(Default)]
pub(crate) struct Book {
    entries: Mutex<Vec<Acknowledged>>,
    count: watch::Sender<u64>,
    /// So many may be acknowledged before the next fault has begun.
    until: watch::Sender<u64>,
    /// Tries without an answer, or with one that says not now.
    failed: AtomicU64,
    /// Messages that had arrived at a try whose answer got lost.
    before: AtomicU64,
    /// So many of the entries were looked for in the database while all wrote.
    audited: AtomicUsize,
}

impl Book {
    /// Writes down what was acknowledged, and whether it had arrived before.
    pub(crate) fn enter(&self, entry: Acknowledged, before: bool) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        self.before.fetch_add(u64::from(before), Ordering::Relaxed);
        self.count.send_modify(|count| *count += 1);
    }

    /// Writes down that a try had no answer.
    pub(crate) fn miss(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// All that was acknowledged so far. Each writer's entries are in the order they came.
    pub(crate) fn entries(&self) -> Vec<Acknowledged> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The next entries that weren't looked for yet.
    pub(crate) fn unaudited(&self, most: usize) -> Vec<Acknowledged> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().skip(self.audited.load(Ordering::Relaxed)).take(most).copied().collect()
    }

    /// So many more were found.
    pub(crate) fn audited(&self, more: usize) -> usize {
        self.audited.fetch_add(more, Ordering::Relaxed) + more
    }

    /// How many those are.
    pub(crate) fn count(&self) -> u64 {
        *self.count.borrow()
    }

    /// How many tries had no answer, and how many messages had arrived by one of those.
    pub(crate) fn tries(&self) -> (u64, u64) {
        (self.failed.load(Ordering::Relaxed), self.before.load(Ordering::Relaxed))
    }

    /// Done when so many were acknowledged.
    pub(crate) async fn has(&self, count: u64) {
        // It can't be gone while it is borrowed.
        let _ = self.count.subscribe().wait_for(|now| *now >= count).await;
    }

    /// Lets writers go on until so many were acknowledged.
    pub(crate) fn allow(&self, until: u64) {
        self.until.send_replace(until);
    }

    /// Done when something may be written.
    pub(crate) async fn may_go_on(&self) {
        let count = self.count();
        // As above.
        let _ = self.until.subscribe().wait_for(|until| *until > count).await;
    }
}
