//! Reports to the server which messages have reached this browser, so that their sender sees *delivered*.

use crate::server_fns;
use leptos::{prelude::*, task::spawn_local};
use model::{ConversationId, Envelope, Event, PersonId};
use std::{collections::HashMap, time::Duration};

/// Collects receipts for this long. A message that is read within it needs no receipt: *read* implies *delivered*.
const BATCH_DELAY: Duration = Duration::from_millis(400);

/// The last delivered sequence number of each conversation. Cheap to copy; part of [`super::Live`].
#[derive(Clone, Copy, Default)]
pub struct DeliveryReceipts {
    pending: StoredValue<HashMap<ConversationId, i64>>,
    acknowledged: StoredValue<HashMap<ConversationId, i64>>,
}

impl DeliveryReceipts {
    /// Records a received message, and drops receipts that a read marker makes unnecessary.
    pub(super) fn on_event(self, me: PersonId, envelope: &Envelope) {
        if let Event::MessageCreated { message } = &envelope.event
            && message.sender.id != me
        {
            self.record(message.conversation_id, message.seq);
        }
        if let Event::ConversationRead { conversation_id, user_id, read_seq, .. } = &envelope.event
            && *user_id == me
        {
            self.pending.update_value(|pending| pending.retain(|id, seq| id != conversation_id || *seq > *read_seq));
        }
    }

    /// Records that a conversation's messages up to `seq` have reached this browser, by an event or with a page.
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
            // No retry: the next receipt of that conversation includes this one.
            if server_fns::mark_delivered(id.to_string(), seq).await.is_ok() {
                self.acknowledged.update_value(|acknowledged| {
                    acknowledged.insert(id, seq);
                });
            }
        }
    }
}
