use model::Envelope;
use std::collections::VecDeque;

/// Events kept for a view that was loaded before they arrived and is mounted afterwards, and for other tabs.
const MAX_BUFFERED_EVENTS: usize = 500;

/// The events received from the stream: all of those after `from`, or none if `from` is `None`.
#[derive(Default)]
pub(super) struct EventBuffer {
    from: Option<i64>,
    events: VecDeque<Envelope>,
}

impl EventBuffer {
    /// Returns the sequence number from which the stream resumes.
    pub(super) fn last_seq(&self) -> Option<i64> {
        self.events.back().map(|envelope| envelope.seq).or(self.from)
    }

    pub(super) fn push(&mut self, envelope: Envelope) {
        self.events.push_back(envelope);
        if self.events.len() > MAX_BUFFERED_EVENTS {
            self.from = self.events.pop_front().map(|envelope| envelope.seq);
        }
    }

    pub(super) fn restart_from(&mut self, from: i64) {
        self.from = Some(from);
        self.events.clear();
    }

    /// Returns the events after `cursor`; `None` if the buffer doesn't reach back that far.
    pub(super) fn events_after(&self, cursor: i64) -> Option<Vec<Envelope>> {
        let reaches_back = self.from.is_some_and(|from| from <= cursor);
        reaches_back.then(|| self.events.iter().filter(|envelope| envelope.seq > cursor).cloned().collect())
    }
}
