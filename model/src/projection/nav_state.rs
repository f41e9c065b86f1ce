//! The state of the navigation on every page, with the counts that it shows.

use super::{ApplyOutcome, Projection};
use crate::{
    event::{Envelope, Event},
    id::{ConversationId, PersonId},
    person::Person,
};
use serde::{Deserialize, Serialize};

/// Conversations with unread messages that a navigation lists at most. It shows counts up to 99, and each conversation
/// in the list has at least one unread message.
pub const MAX_UNREAD_CONVERSATIONS: usize = 100;

/// State of the navigation on every page: the signed-in person, the count beside the bell icon, and unread messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NavState {
    /// The signed-in person.
    pub person: Person,
    /// Number of unseen notifications.
    pub unread: i64,
    /// The conversations with unread messages, by id. An event about one of them carries only its own count.
    pub unread_conversations: Vec<UnreadConversation>,
    /// Whether more conversations than these have unread messages.
    pub more_unread: bool,
    /// `seq` of the last event that this view includes.
    pub cursor: i64,
}

/// A conversation with unread messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnreadConversation {
    /// The conversation.
    pub id: ConversationId,
    /// Number of its unread messages; at least 1.
    pub unread: i64,
}

impl NavState {
    /// Returns the number of unread messages in the conversations that are listed.
    pub fn unread_messages(&self) -> i64 {
        self.unread_conversations.iter().map(|conversation| conversation.unread).sum()
    }

    /// Updates the number of unread messages of a conversation.
    fn update_unread(&mut self, id: ConversationId, update: impl Fn(i64) -> i64) -> ApplyOutcome {
        let place = self.unread_conversations.binary_search_by_key(&id, |conversation| conversation.id);
        let before = place.map_or(0, |index| self.unread_conversations[index].unread);
        match (place, update(before)) {
            (_, unread) if unread == before => return ApplyOutcome::Unchanged,
            (Ok(index), 0) => {
                self.unread_conversations.remove(index);
            }
            (Ok(index), unread) => self.unread_conversations[index].unread = unread,
            (Err(index), unread) => self.unread_conversations.insert(index, UnreadConversation { id, unread }),
        }
        // Conversations that aren't listed count only once all of the listed ones are nearly read.
        if self.more_unread && self.unread_conversations.len() < MAX_UNREAD_CONVERSATIONS {
            ApplyOutcome::Gap
        } else {
            ApplyOutcome::Changed
        }
    }
}

impl Projection for NavState {
    fn cursor(&self) -> i64 {
        self.cursor
    }

    fn apply_event(&mut self, me: PersonId, envelope: &Envelope) -> ApplyOutcome {
        match &envelope.event {
            Event::NotificationCreated { .. } => self.unread += 1,
            Event::NotificationRead { unread, .. } => self.unread = *unread,
            Event::PersonUpdated { person } => self.person.update_from(person),
            Event::MessageCreated { message } if message.sender.id != me => {
                return self.update_unread(message.conversation_id, |unread| unread + 1);
            }
            Event::ConversationRead { conversation_id, user_id, unread, .. } if *user_id == me => {
                return self.update_unread(*conversation_id, |_| *unread);
            }
            // About messages of their own, or about the other person's markers.
            Event::MessageCreated { .. }
            | Event::ConversationRead { .. }
            | Event::ConversationCreated { .. }
            | Event::ConversationDelivered { .. }
            | Event::BookingUpdated { .. }
            | Event::Unknown => return ApplyOutcome::Unchanged,
        }
        ApplyOutcome::Changed
    }

    fn set_cursor(&mut self, seq: i64) {
        self.cursor = seq;
    }
}
