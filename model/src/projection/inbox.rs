use super::{ApplyOutcome, Projection};
use crate::{
    conversation::Conversation,
    event::{Envelope, Event},
    id::{ConversationId, PersonId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person's conversations, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Inbox {
    /// Newest first, ordered by the viewer's event sequence, which doesn't depend on clocks.
    pub conversations: Vec<Conversation>,
    /// `seq` of the last event that this view includes.
    pub cursor: i64,
    /// Cursor of the next page; `null` on the last one.
    #[schema(required = true)]
    pub next_page: Option<String>,
}

impl Inbox {
    /// Returns the number of unread messages in the conversations that are loaded.
    pub fn total_unread(&self) -> i64 {
        self.conversations.iter().map(|conversation| conversation.unread).sum()
    }

    /// Appends an older page. Conversations already in the list keep their place: events have kept them current.
    pub fn extend(&mut self, older: Inbox) {
        for added in older.conversations {
            if self.conversations.iter().all(|known| known.id != added.id) {
                self.conversations.push(added);
            }
        }
        self.next_page = older.next_page;
    }

    fn apply_to(&mut self, id: ConversationId, me: PersonId, event: &Event) -> ApplyOutcome {
        let moves_up = event.reordered_conversation(me).is_some();
        let Some(index) = self.conversations.iter().position(|conversation| conversation.id == id) else {
            // The conversation is on a page that wasn't loaded, and now belongs at the top.
            return if moves_up { ApplyOutcome::Gap } else { ApplyOutcome::Unchanged };
        };
        let outcome = self.conversations[index].apply(me, event);
        if moves_up && outcome == ApplyOutcome::Changed {
            self.conversations[..=index].rotate_right(1);
        }
        outcome
    }
}

impl Projection for Inbox {
    fn cursor(&self) -> i64 {
        self.cursor
    }

    fn apply_event(&mut self, me: PersonId, envelope: &Envelope) -> ApplyOutcome {
        match &envelope.event {
            Event::ConversationCreated { conversation } => {
                self.conversations.retain(|known| known.id != conversation.id);
                self.conversations.insert(0, conversation.clone());
                ApplyOutcome::Changed
            }
            Event::MessageCreated { message } => self.apply_to(message.conversation_id, me, &envelope.event),
            Event::ConversationRead { conversation_id, .. } | Event::ConversationDelivered { conversation_id, .. } => {
                self.apply_to(*conversation_id, me, &envelope.event)
            }
            Event::BookingUpdated { booking } => {
                let about = self.conversations.iter_mut().find(|known| known.booking.id == booking.id);
                about.map_or(ApplyOutcome::Unchanged, |conversation| conversation.apply(me, &envelope.event))
            }
            Event::PersonUpdated { .. } => {
                for conversation in &mut self.conversations {
                    conversation.apply(me, &envelope.event);
                }
                ApplyOutcome::Changed
            }
            Event::NotificationCreated { .. } | Event::NotificationRead { .. } | Event::Unknown => {
                ApplyOutcome::Unchanged
            }
        }
    }

    fn set_cursor(&mut self, seq: i64) {
        self.cursor = seq;
    }
}

impl Conversation {
    /// Updates the conversation by an event about it.
    pub(super) fn apply(&mut self, me: PersonId, event: &Event) -> ApplyOutcome {
        match event {
            Event::MessageCreated { message } if message.conversation_id == self.id && message.seq > self.last_seq => {
                self.last_seq = message.seq;
                self.updated_at = message.created_at;
                self.unread += i64::from(message.sender.id != me);
                self.last_message = Some(message.clone());
                ApplyOutcome::Changed
            }
            Event::ConversationRead { conversation_id, user_id, read_seq, unread } if *conversation_id == self.id => {
                if *user_id == me {
                    self.read_seq = *read_seq;
                    self.unread = *unread;
                } else {
                    self.counterpart_read_seq = *read_seq;
                    self.counterpart_delivered_seq = self.counterpart_delivered_seq.max(*read_seq);
                }
                ApplyOutcome::Changed
            }
            Event::ConversationDelivered { conversation_id, user_id, delivered_seq }
                if *conversation_id == self.id && *user_id != me =>
            {
                self.counterpart_delivered_seq = self.counterpart_delivered_seq.max(*delivered_seq);
                ApplyOutcome::Changed
            }
            Event::BookingUpdated { booking } if booking.id == self.booking.id => {
                self.booking = booking.clone();
                ApplyOutcome::Changed
            }
            Event::PersonUpdated { person } => {
                let sender = self.last_message.as_mut().map(|message| &mut message.sender);
                let parties = [&mut self.booking.organizer, &mut self.booking.talent, &mut self.counterpart];
                parties.into_iter().chain(sender).for_each(|party| party.update_from(person));
                ApplyOutcome::Changed
            }
            // About another conversation, or about none.
            Event::MessageCreated { .. }
            | Event::ConversationCreated { .. }
            | Event::ConversationRead { .. }
            | Event::ConversationDelivered { .. }
            | Event::NotificationCreated { .. }
            | Event::NotificationRead { .. }
            | Event::BookingUpdated { .. }
            | Event::Unknown => ApplyOutcome::Unchanged,
        }
    }
}
