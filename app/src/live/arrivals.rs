//! Tells the server what has reached this browser, so that whoever wrote it can be told.

use crate::server_fns;
use leptos::{prelude::*, task::spawn_local};
use model::{ConversationId, Envelope, Event, PersonId};
use std::{collections::HashMap, time::Duration};

/// So long they are gathered. What was read meanwhile has arrived, and needs no telling.
const GATHER: Duration = Duration::from_millis(400);

/// How far messages came, by conversation. Cheap to copy; part of [`super::Live`].
#[derive(Clone, Copy, Default)]
pub struct Arrivals {
    waiting: StoredValue<HashMap<ConversationId, i64>>,
    told: StoredValue<HashMap<ConversationId, i64>>,
}

impl Arrivals {
    /// Heeds an event that reached this browser.
    pub(super) fn heed(self, me: PersonId, envelope: &Envelope) {
        match &envelope.event {
            Event::MessageCreated { message } if message.sender.id != me => {
                self.note(message.conversation_id, message.seq);
            }
            Event::ConversationRead { conversation_id, user_id, read_seq, .. } if *user_id == me => {
                self.waiting
                    .update_value(|waiting| waiting.retain(|id, seq| id != conversation_id || *seq > *read_seq));
            }
            _ => {}
        }
    }

    /// Notes that a conversation's messages have come up to `seq`, by event or by page.
    pub fn note(self, id: ConversationId, seq: i64) {
        if self.told.with_value(|told| told.get(&id).is_some_and(|told| *told >= seq)) {
            return;
        }
        let idle = self.waiting.with_value(HashMap::is_empty);
        self.waiting.update_value(|waiting| {
            let known = waiting.entry(id).or_insert(seq);
            *known = seq.max(*known);
        });
        if idle {
            set_timeout(move || spawn_local(self.tell()), GATHER);
        }
    }

    async fn tell(self) {
        let waiting = self.waiting.try_update_value(std::mem::take).unwrap_or_default();
        for (id, seq) in waiting {
            // Where it fails, the next message of that conversation tells of this one too.
            if server_fns::mark_delivered(id.to_string(), seq).await.is_ok() {
                self.told.update_value(|told| {
                    told.insert(id, seq);
                });
            }
        }
    }
}
