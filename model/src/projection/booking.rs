use super::{ApplyOutcome, Projection};
use crate::{conversation::Conversation, event::Envelope, id::PersonId};
use serde::{Deserialize, Serialize};

/// One booking with its conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BookingView {
    /// The booking's conversation, which contains the booking.
    pub conversation: Conversation,
    /// `seq` of the last event that this view includes.
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
