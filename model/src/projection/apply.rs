use crate::{event::Envelope, id::PersonId};

/// Result of applying an event to a view. Of the results for two parts of a view, the greater one applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApplyOutcome {
    /// The view is the same: the event is not about it, or was applied before.
    Unchanged,
    /// The view has been updated.
    Changed,
    /// The event alone isn't enough to update the view: it must be read from the server again.
    Gap,
}

/// A view that events keep up to date.
pub trait Projection {
    /// Returns the `seq` of the last event that this view includes.
    fn cursor(&self) -> i64;

    /// Applies an event unless the view includes it already. `me` is the person whose view and event log it is.
    fn apply(&mut self, me: PersonId, envelope: &Envelope) -> ApplyOutcome {
        if envelope.seq <= self.cursor() {
            return ApplyOutcome::Unchanged;
        }
        let outcome = self.apply_event(me, envelope);
        self.set_cursor(envelope.seq);
        outcome
    }

    /// Updates the view by an event that it doesn't include yet.
    fn apply_event(&mut self, me: PersonId, envelope: &Envelope) -> ApplyOutcome;

    /// Sets the `seq` of the last event that this view includes.
    fn set_cursor(&mut self, seq: i64);
}
