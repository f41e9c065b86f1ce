use super::{ApplyOutcome, Projection};
use crate::{conversation::Conversation, event::Envelope, id::PersonId};
use serde::{Deserialize, Serialize};

/// One booking by itself, with its conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BookingView {
    /// What it is talked about in; the booking stands in it.
    pub conversation: Conversation,
    /// The last event counted in.
    pub cursor: i64,
}

impl Projection for BookingView {
    fn cursor(&self) -> i64 {
        self.cursor
    }

    fn apply_event(&mut self, me: PersonId, envelope: &Envelope) -> ApplyOutcome {
        self.conversation.apply(me, &envelope.event)
    }

    fn set_cursor(&mut self, seq: i64) {
        self.cursor = seq;
    }
}
