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
    /// Newest first, in the order of the viewer's event sequence: no clock can disturb it.
    pub conversations: Vec<Conversation>,
    /// The last event counted in.
    pub cursor: i64,
    /// Where to go on, if there is more.
    #[schema(required = true)]
    pub next_page: Option<String>,
}

impl Inbox {
    /// Messages not yet read in the conversations listed.
    pub fn total_unread(&self) -> i64 {
        self.conversations.iter().map(|conversation| conversation.unread).sum()
    }

    /// Goes on with an older page. What is listed already stays where it is, kept up to date by events.
    pub fn extend(&mut self, older: Inbox) {
        for added in older.conversations {
            if self.conversations.iter().all(|known| known.id != added.id) {
                self.conversations.push(added);
            }
        }
        self.next_page = older.next_page;
    }

    fn apply_to(&mut self, id: ConversationId, me: PersonId, event: &Event) -> ApplyOutcome {
        let moves_up = matches!(event, Event::MessageCreated { .. });
        let Some(place) = self.conversations.iter().position(|conversation| conversation.id == id) else {
            // It stands on a page that wasn't loaded, and now belongs to the top.
            return if moves_up { ApplyOutcome::Gap } else { ApplyOutcome::Unchanged };
        };
        let outcome = self.conversations[place].apply(me, event);
        if moves_up && outcome == ApplyOutcome::Changed {
            self.conversations[..=place].rotate_right(1);
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
            _ => ApplyOutcome::Unchanged,
        }
    }

    fn set_cursor(&mut self, seq: i64) {
        self.cursor = seq;
    }
}

impl Conversation {
    /// Changes the conversation for an event that tells of it.
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
            _ => ApplyOutcome::Unchanged,
        }
    }
}
