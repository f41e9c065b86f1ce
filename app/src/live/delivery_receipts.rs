//! Tells the server what has reached this browser, so that whoever wrote it can be told.

use crate::server_fns;
use leptos::{prelude::*, task::spawn_local};
use model::{ConversationId, Envelope, Event, PersonId};
use std::{collections::HashMap, time::Duration};

/// So long they are gathered. What was read meanwhile has arrived, and needs no telling.
const BATCH_DELAY: Duration = Duration::from_millis(400);

/// How far messages came, by conversation. Cheap to copy; part of [`super::Live`].
#[derive(Clone, Copy, Default)]
pub struct DeliveryReceipts {
    pending: StoredValue<HashMap<ConversationId, i64>>,
    acknowledged: StoredValue<HashMap<ConversationId, i64>>,
}

impl DeliveryReceipts {
    /// Heeds an event that reached this browser.
    pub(super) fn on_event(self, me: PersonId, envelope: &Envelope) {
        match &envelope.event {
            Event::MessageCreated { message } if message.sender.id != me => {
                self.record(message.conversation_id, message.seq);
            }
            Event::ConversationRead { conversation_id, user_id, read_seq, .. } if *user_id == me => {
                self.pending
                    .update_value(|pending| pending.retain(|id, seq| id != conversation_id || *seq > *read_seq));
            }
            _ => {}
        }
    }

    /// Notes that a conversation's messages have come up to `seq`, by event or by page.
    pub fn record(self, id: ConversationId, seq: i64) {
        if self
            .acknowledged
            .with_value(|acknowledged| acknowledged.get(&id).is_some_and(|acknowledged| *acknowledged >= seq))
        {
            return;
        }
        let idle = self.pending.with_value(HashMap::is_empty);
        self.pending.update_value(|pending| {
            let known = pending.entry(id).or_insert(seq);
            *known = seq.max(*known);
        });
        if idle {
            set_timeout(move || spawn_local(self.send_pending()), BATCH_DELAY);
        }
    }

    async fn send_pending(self) {
        let pending = self.pending.try_update_value(std::mem::take).unwrap_or_default();
        for (id, seq) in pending {
            // Where it fails, the next message of that conversation tells of this one too.
            if server_fns::mark_delivered(id.to_string(), seq).await.is_ok() {
                self.acknowledged.update_value(|acknowledged| {
                    acknowledged.insert(id, seq);
                });
            }
        }
    }
}
