use super::{ApplyOutcome, Projection};
use crate::{
    event::{Envelope, Event},
    id::PersonId,
    person::Person,
};
use serde::{Deserialize, Serialize};

/// State of the navigation on every page: the signed-in person and the count beside the bell icon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NavState {
    /// The signed-in person.
    pub person: Person,
    /// Number of unseen notifications.
    pub unread: i64,
    /// `seq` of the last event that this view includes.
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
