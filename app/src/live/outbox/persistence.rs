//! What this browser keeps of the outbox: taken up when there is a key to it, emptied at sign-out.

use super::{Outbox, PendingMessage, SendState, storage};
use crate::{
    live::leader_election::{self, TabMessage},
    server_fn_client::sleep,
};
use futures::future::select;
use leptos::{prelude::*, task::spawn_local};
use model::PersonId;
use std::{pin::pin, time::Duration};

const DELETE_TIMEOUT: Duration = Duration::from_secs(1);

impl Outbox {
    /// Takes the key to what this browser keeps for its person, and takes up what it still has from before: a reload, a
    /// crash, days offline.
    pub fn unlock_storage(self, key: &str) {
        let Some(me) = self.live.me().filter(|_| storage::unlock(key)) else { return };
        self.drafts.save_unlocked();
        spawn_local(async move {
            let kept = storage::load_messages(me).await.unwrap_or_default();
            self.store_remaining(me, &kept).await;
            for entry in kept {
                let state = if entry.is_rejected() { entry.state.clone() } else { SendState::Sending };
                self.adopt_pending(PendingMessage { state, ..entry });
            }
        });
    }

    /// Stores the waiting messages that were sent before there was a key.
    async fn store_remaining(self, me: PersonId, kept: &[PendingMessage]) {
        let is_stored = |entry: &&PendingMessage| kept.iter().any(|known| known.client_id == entry.client_id);
        let lacking =
            |entry: &&PendingMessage| !entry.is_stored() && entry.state != SendState::Sent && !is_stored(entry);
        let others: Vec<PendingMessage> =
            self.entries.with_untracked(|all| all.iter().filter(lacking).cloned().collect());
        for entry in others {
            let Some(place) = storage::save_message(me, &entry).await else { continue };
            match self.find_pending(entry.client_id) {
                Some(known) if known.state != SendState::Sent => {
                    self.publish_pending(PendingMessage { storage_key: Some(place), ..known })
                }
                // It has arrived in between.
                _ => {
                    storage::remove_message(me, place).await;
                }
            }
        }
    }

    /// Empties what this browser keeps, because its person signs out. Not held up for long by another tab.
    pub async fn delete_stored(self) {
        leader_election::broadcast(&TabMessage::SigningOut);
        self.clear_pending();
        if let Some(me) = self.live.me() {
            select(pin!(storage::delete_all(me)), pin!(sleep(DELETE_TIMEOUT))).await;
        }
    }

    /// Has nothing on its way any more.
    pub(in crate::live) fn clear_pending(self) {
        self.entries.update(Vec::clear);
        self.drafts.clear();
        storage::lock();
    }
}
