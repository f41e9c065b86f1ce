use super::{Fold, Outcome};
use crate::{
    event::{Envelope, Event},
    id::PersonId,
    person::Person,
};
use serde::{Deserialize, Serialize};

/// What stands around every page: who is signed in, and the bell's count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Frame {
    /// Who is signed in.
    pub person: Person,
    /// Notifications not yet seen.
    pub unread: i64,
    /// The last event counted in.
    pub cursor: i64,
}

impl Fold for Frame {
    fn cursor(&self) -> i64 {
        self.cursor
    }

    fn take(&mut self, _me: PersonId, envelope: &Envelope) -> Outcome {
        match &envelope.event {
            Event::NotificationCreated { .. } => self.unread += 1,
            Event::NotificationRead { unread, .. } => self.unread = *unread,
            Event::PersonUpdated { person } => self.person.follow(person),
            _ => return Outcome::Unchanged,
        }
        Outcome::Changed
    }

    fn advance(&mut self, seq: i64) {
        self.cursor = seq;
    }
}
