use super::{ApplyOutcome, Projection};
use crate::{
    conversation::Conversation,
    event::{Envelope, Event},
    id::PersonId,
    message::Message,
};
use serde::{Deserialize, Serialize};

/// Number of messages in a window where the request names none.
pub const WINDOW: i64 = 50;

/// A conversation with a window of its messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Thread {
    /// The conversation, with its booking and both read markers.
    pub conversation: Conversation,
    /// Ascending by `seq`, without gaps.
    pub messages: Vec<Message>,
    /// Whether there are older messages than these.
    pub has_more: bool,
    /// `seq` of the last event that this view includes.
    pub cursor: i64,
}

impl Thread {
    /// Returns the `seq` of the newest message in the window; 0 if it is empty.
    pub fn last_shown(&self) -> i64 {
        self.messages.last().map_or(0, |message| message.seq)
    }

    /// Returns whether the thread opens at its first unread message. It does if that message is older than the newest
    /// window; otherwise it opens at the newest messages.
    pub fn opens_at_unread(conversation: &Conversation) -> bool {
        conversation.unread > 0 && conversation.last_seq - conversation.read_seq > WINDOW
    }

    /// Returns whether the conversation's newest message is in the window.
    pub fn is_at_end(&self) -> bool {
        self.last_shown() >= self.conversation.last_seq
    }

    /// Prepends an older page. Ignores one that doesn't end directly before the window.
    pub fn prepend(&mut self, older: Thread) {
        let first = self.messages.first().map(|message| message.seq);
        if older.messages.last().map(|message| message.seq + 1) == first {
            self.messages.splice(0..0, older.messages);
            self.has_more = older.has_more;
        }
    }

    /// Appends a newer page, as far as it continues the window without a gap.
    pub fn extend(&mut self, newer: Thread) {
        for message in &newer.messages {
            self.append(message);
        }
    }

    /// Replaces the window by another one of the same conversation.
    pub fn replace_window(&mut self, other: Thread) {
        if other.conversation.id == self.conversation.id {
            self.messages = other.messages;
            self.has_more = other.has_more;
        }
    }

    /// Drops the messages farthest from `seq`, so that at most `most` remain.
    pub fn trim_around(&mut self, seq: i64, most: usize) {
        let surplus = self.messages.len().saturating_sub(most);
        let middle = self.messages.partition_point(|message| message.seq < seq);
        let start = middle.saturating_sub(most / 2).min(surplus);
        self.messages.truncate(start + most);
        self.messages.drain(..start);
        self.has_more |= start > 0;
    }

    /// Appends a message if it is the next one of this conversation.
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
        match &envelope.event {
            Event::MessageCreated { message } => self.append(message),
            Event::PersonUpdated { person } => {
                for message in &mut self.messages {
                    message.sender.update_from(person);
                }
            }
            // These change no message.
            Event::ConversationCreated { .. }
            | Event::ConversationRead { .. }
            | Event::ConversationDelivered { .. }
            | Event::NotificationCreated { .. }
            | Event::NotificationRead { .. }
            | Event::BookingUpdated { .. }
            | Event::Unknown => {}
        }
        self.conversation.apply(me, &envelope.event)
    }

    fn set_cursor(&mut self, seq: i64) {
        self.cursor = seq;
    }
}
