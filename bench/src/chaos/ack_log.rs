//! The log of acknowledged messages.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};
use tokio::sync::watch;
use uuid::Uuid;

/// A message that the site has acknowledged. Kept small, because a run has up to a million.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledgement {
    pub(crate) writer: usize,
    pub(crate) conversation: Uuid,
    pub(crate) client_id: Uuid,
    pub(crate) seq: i64,
    /// The hash of its text, by `hash_body`.
    pub(crate) body: u64,
}

/// Shared by all writers of a run.
#[derive(Default)]
pub(crate) struct AckLog {
    entries: Mutex<Vec<Acknowledgement>>,
    count: watch::Sender<u64>,
    /// Acknowledgements allowed before the next fault has started.
    allowed: watch::Sender<u64>,
    /// Requests without a response, or with one that asks for a retry.
    failures: AtomicU64,
    /// Messages that an earlier request had stored although its response was lost.
    duplicates: AtomicU64,
    /// The number of entries that were checked in the database during the run.
    audited: AtomicUsize,
}

impl AckLog {
    /// Adds an acknowledgement, and counts whether an earlier request had stored the message.
    pub(crate) fn record_ack(&self, entry: Acknowledgement, is_duplicate: bool) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        self.duplicates.fetch_add(u64::from(is_duplicate), Ordering::Relaxed);
        self.count.send_modify(|count| *count += 1);
    }

    /// Counts a request without a usable response.
    pub(crate) fn record_failure(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns all acknowledgements so far. Those of each writer are in the order they arrived.
    pub(crate) fn entries(&self) -> Vec<Acknowledgement> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns up to `most` entries that weren't checked yet.
    pub(crate) fn next_unaudited(&self, most: usize) -> Vec<Acknowledgement> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().skip(self.audited.load(Ordering::Relaxed)).take(most).copied().collect()
    }

    /// Counts further entries as checked; returns their total.
    pub(crate) fn mark_audited(&self, more: usize) -> usize {
        self.audited.fetch_add(more, Ordering::Relaxed) + more
    }

    /// Returns the number of acknowledgements.
    pub(crate) fn ack_count(&self) -> u64 {
        *self.count.borrow()
    }

    /// Returns the numbers of failed requests, and of messages that one of them had stored.
    pub(crate) fn retry_counts(&self) -> (u64, u64) {
        (self.failures.load(Ordering::Relaxed), self.duplicates.load(Ordering::Relaxed))
    }

    /// Waits until this many messages are acknowledged.
    pub(crate) async fn wait_for_count(&self, count: u64) {
        // Can't fail: the sender lives as long as `self`.
        let _ = self.count.subscribe().wait_for(|now| *now >= count).await;
    }

    /// Lets writers continue until this many messages are acknowledged.
    pub(crate) fn allow_until(&self, count: u64) {
        self.allowed.send_replace(count);
    }

    /// Waits until another message may be written.
    pub(crate) async fn wait_allowed(&self) {
        let count = self.ack_count();
        // Can't fail either.
        let _ = self.allowed.subscribe().wait_for(|allowed| *allowed > count).await;
    }
}
