//! What was acknowledged.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};
use tokio::sync::watch;
use uuid::Uuid;

/// A message that the site has taken. Small, because there are many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledgement {
    pub(crate) writer: usize,
    pub(crate) conversation: Uuid,
    pub(crate) client_id: Uuid,
    pub(crate) seq: i64,
    /// By its fingerprint.
    pub(crate) body: u64,
}

/// The book that is kept while all write.
#[derive(Default)]
pub(crate) struct AckLog {
    entries: Mutex<Vec<Acknowledgement>>,
    count: watch::Sender<u64>,
    /// So many may be acknowledged before the next fault has begun.
    allowed: watch::Sender<u64>,
    /// Tries without an answer, or with one that says not now.
    failures: AtomicU64,
    /// Messages that had arrived at a try whose answer got lost.
    duplicates: AtomicU64,
    /// So many of the entries were looked for in the database while all wrote.
    audited: AtomicUsize,
}

impl AckLog {
    /// Writes down what was acknowledged, and whether it had arrived before.
    pub(crate) fn record_ack(&self, entry: Acknowledgement, is_duplicate: bool) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        self.duplicates.fetch_add(u64::from(is_duplicate), Ordering::Relaxed);
        self.count.send_modify(|count| *count += 1);
    }

    /// Writes down that a try had no answer.
    pub(crate) fn record_failure(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// All that was acknowledged so far. Each writer's entries are in the order they came.
    pub(crate) fn entries(&self) -> Vec<Acknowledgement> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The next entries that weren't looked for yet.
    pub(crate) fn next_unaudited(&self, most: usize) -> Vec<Acknowledgement> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().skip(self.audited.load(Ordering::Relaxed)).take(most).copied().collect()
    }

    /// So many more were found.
    pub(crate) fn mark_audited(&self, more: usize) -> usize {
        self.audited.fetch_add(more, Ordering::Relaxed) + more
    }

    /// How many those are.
    pub(crate) fn ack_count(&self) -> u64 {
        *self.count.borrow()
    }

    /// How many tries had no answer, and how many messages had arrived by one of those.
    pub(crate) fn retry_counts(&self) -> (u64, u64) {
        (self.failures.load(Ordering::Relaxed), self.duplicates.load(Ordering::Relaxed))
    }

    /// Done when so many were acknowledged.
    pub(crate) async fn wait_for_count(&self, count: u64) {
        // It can't be gone while it is borrowed.
        let _ = self.count.subscribe().wait_for(|now| *now >= count).await;
    }

    /// Lets writers go on until so many were acknowledged.
    pub(crate) fn allow_until(&self, count: u64) {
        self.allowed.send_replace(count);
    }

    /// Done when something may be written.
    pub(crate) async fn wait_allowed(&self) {
        let count = self.ack_count();
        // As above.
        let _ = self.allowed.subscribe().wait_for(|allowed| *allowed > count).await;
    }
}
