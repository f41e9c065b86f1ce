use super::{ApplyOutcome, Projection};
use crate::{
    conversation::Conversation,
    event::{Envelope, Event},
    id::PersonId,
    message::Message,
};
use serde::{Deserialize, Serialize};

/// Messages in a window unless somebody asks for another number.
pub const WINDOW: i64 = 50;

/// A conversation with a window of its messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Thread {
    /// What it is about, and how far both have read.
    pub conversation: Conversation,
    /// Ascending by `seq`, without a gap.
    pub messages: Vec<Message>,
    /// Whether there are messages before these.
    pub has_more: bool,
    /// The last event counted in.
    pub cursor: i64,
}

impl Thread {
    /// The last message shown; 0 where there is none.
    pub fn last_shown(&self) -> i64 {
        self.messages.last().map_or(0, |message| message.seq)
    }

    /// Whether the thread opens at its first unread message: where that isn't among the newest. Otherwise at those.
    pub fn opens_at_unread(conversation: &Conversation) -> bool {
        conversation.unread > 0 && conversation.last_seq - conversation.read_seq > WINDOW
    }

    /// Whether the newest message is in the window.
    pub fn is_at_end(&self) -> bool {
        self.last_shown() >= self.conversation.last_seq
    }

    /// Puts an older page before the window. One that doesn't meet it changes nothing.
    pub fn prepend(&mut self, older: Thread) {
        let first = self.messages.first().map(|message| message.seq);
        if older.messages.last().map(|message| message.seq + 1) == first {
            self.messages.splice(0..0, older.messages);
            self.has_more = older.has_more;
        }
    }

    /// Puts a newer page after the window, as far as it goes on from there.
    pub fn extend(&mut self, newer: Thread) {
        for message in &newer.messages {
            self.append(message);
        }
    }

    /// Shows another window of the same conversation.
    pub fn replace_window(&mut self, other: Thread) {
        if other.conversation.id == self.conversation.id {
            self.messages = other.messages;
            self.has_more = other.has_more;
        }
    }

    /// Lets go of messages far from this one, so that the window holds no more than `most`.
    pub fn trim_around(&mut self, seq: i64, most: usize) {
        let surplus = self.messages.len().saturating_sub(most);
        let middle = self.messages.partition_point(|message| message.seq < seq);
        let start = middle.saturating_sub(most / 2).min(surplus);
        self.messages.truncate(start + most);
        self.messages.drain(..start);
        self.has_more |= start > 0;
    }

    /// Puts a message at the end, if it is the next one.
    pub fn append(&mut self, message: &Message) {
        if message.conversation_id == self.conversation.id && message.seq == self.last_shown() + 1 {
            self.messages.push(message.clone());
        }
    }
}

impl Projection for Thread {
    fn cursor(&self) -> i64 {
        self.cursor
    }

    fn apply_event(&mut self, me: PersonId, envelope: &Envelope) -> ApplyOutcome {
        if let Event::MessageCreated { message } = &envelope.event {
            self.append(message);
        }
        if let Event::PersonUpdated { person } = &envelope.event {
            for message in &mut self.messages {
                message.sender.update_from(person);
            }
        }
        self.conversation.apply(me, &envelope.event)
    }

    fn set_cursor(&mut self, seq: i64) {
        self.cursor = seq;
    }
}
