use super::{ApplyOutcome, Projection};
use crate::{
    event::{Envelope, Event},
    id::PersonId,
    person::Person,
};
use serde::{Deserialize, Serialize};

/// What stands around every page: who is signed in, and the bell's count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NavState {
    /// Who is signed in.
    pub person: Person,
    /// Notifications not yet seen.
    pub unread: i64,
    /// The last event counted in.
    pub cursor: i64,
}

impl Projection for NavState {
    fn cursor(&self) -> i64 {
        self.cursor
    }

    fn apply_event(&mut self, _me: PersonId, envelope: &Envelope) -> ApplyOutcome {
        match &envelope.event {
            Event::NotificationCreated { .. } => self.unread += 1,
            Event::NotificationRead { unread, .. } => self.unread = *unread,
            Event::PersonUpdated { person } => self.person.update_from(person),
            _ => return ApplyOutcome::Unchanged,
        }
        ApplyOutcome::Changed
    }

    fn set_cursor(&mut self, seq: i64) {
        self.cursor = seq;
    }
}
