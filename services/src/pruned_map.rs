use std::{
    collections::HashMap,
    hash::Hash,
    ops::{Deref, DerefMut},
    time::Duration,
};

/// Number of entries from which expired ones are pruned.
pub(crate) const CAPACITY: usize = 10_000;
/// Minimum interval between prunings: pruning at every write would make each client as expensive as all of them
/// together.
pub(crate) const PRUNE_EVERY: Duration = Duration::from_secs(1);

/// A map whose entries expire. Times come from one monotonic clock.
pub(crate) struct PrunedMap<K, V> {
    entries: HashMap<K, V>,
    pruned_at: Duration,
}

impl<K, V> Default for PrunedMap<K, V> {
    fn default() -> Self {
        Self { entries: HashMap::new(), pruned_at: Duration::ZERO }
    }
}

impl<K: Hash + Eq, V: Default> PrunedMap<K, V> {
    /// Returns the entry for `key`, to be written. First prunes expired entries if there are many.
    pub(crate) fn entry(&mut self, key: K, now: Duration, is_current: impl Fn(&V) -> bool) -> &mut V {
        if self.entries.len() >= CAPACITY && self.pruned_at + PRUNE_EVERY <= now {
            self.pruned_at = now;
            self.entries.retain(|_, value| is_current(value));
        }
        self.entries.entry(key).or_default()
    }
}

impl<K, V> Deref for PrunedMap<K, V> {
    type Target = HashMap<K, V>;

    fn deref(&self) -> &HashMap<K, V> {
        &self.entries
    }
}

impl<K, V> DerefMut for PrunedMap<K, V> {
    fn deref_mut(&mut self) -> &mut HashMap<K, V> {
        &mut self.entries
    }
}
