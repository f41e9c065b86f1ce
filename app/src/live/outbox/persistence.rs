//! Persistence of the outbox: loaded when the key arrives, deleted at sign-out.

use super::{Outbox, PendingMessage, SendState, queue::Input, storage};
use crate::{
    live::{tab_channel, tab_message::TabMessage},
    server_fn_client::sleep,
};
use futures::future::select;
use leptos::{prelude::*, task::spawn_local};
use model::PersonId;
use std::{pin::pin, time::Duration};

const DELETE_TIMEOUT: Duration = Duration::from_secs(1);

impl Outbox {
    /// Sets the encryption key, and queues the messages stored before a reload, a crash or days offline.
    pub fn unlock_storage(self, key: &str) {
        let Some(me) = self.live.me().filter(|_| storage::unlock(key)) else { return };
        self.drafts.save_unlocked();
        spawn_local(async move {
            let stored = storage::load_messages(me).await.unwrap_or_default();
            self.store_remaining(me, &stored).await;
            for entry in stored {
                let state = if entry.is_rejected() { entry.state.clone() } else { SendState::Sending };
                self.apply(Input::Adopted(PendingMessage { state, ..entry }));
            }
        });
    }

    /// Stores the waiting messages that were written before the key arrived.
    async fn store_remaining(self, me: PersonId, stored: &[PendingMessage]) {
        let is_stored = |entry: &&PendingMessage| stored.iter().any(|known| known.client_id == entry.client_id);
        let is_missing =
            |entry: &&PendingMessage| !entry.is_stored() && entry.state != SendState::Sent && !is_stored(entry);
        let others: Vec<PendingMessage> =
            self.queue.with_untracked(|queue| queue.entries().iter().filter(is_missing).cloned().collect());
        for entry in others {
            if let Some(storage_key) = storage::save_message(me, &entry).await {
                self.apply(Input::Stored(entry.client_id, storage_key));
            }
        }
    }

    /// Deletes the person's data in this browser at sign-out. Waits for other tabs for `DELETE_TIMEOUT` at most.
    pub async fn delete_stored(self) {
        tab_channel::broadcast(&TabMessage::SigningOut);
        self.clear_pending();
        if let Some(me) = self.live.me() {
            select(pin!(storage::delete_all(me)), pin!(sleep(DELETE_TIMEOUT))).await;
        }
    }

    /// Drops all pending messages and drafts from memory, and the encryption key.
    pub(super) fn clear_pending(self) {
        self.apply(Input::Cleared);
        self.drafts.clear();
        storage::lock();
    }
}
