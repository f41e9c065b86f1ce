//! What this browser keeps of the outbox: taken up when there is a key to it, emptied at sign-out.

use super::{Outbox, Parcel, Stage};
use crate::{
    live::{
        leader_election::{self, TabMessage},
        shelf,
    },
    server_fn_client::sleep,
};
use futures::future::select;
use leptos::{prelude::*, task::spawn_local};
use model::PersonId;
use std::{pin::pin, time::Duration};

const EMPTYING: Duration = Duration::from_secs(1);

impl Outbox {
    /// Takes the key to what this browser keeps for its person, and takes up what it still has from before: a reload, a
    /// crash, days offline.
    pub fn unlock(self, key: &str) {
        let Some(me) = self.live.me().filter(|_| shelf::unlock(key)) else { return };
        self.drafts.unlock();
        spawn_local(async move {
            let kept = shelf::all(me).await.unwrap_or_default();
            self.keep_others(me, &kept).await;
            for parcel in kept {
                let stage = if parcel.is_refused() { parcel.stage.clone() } else { Stage::Sending };
                self.follow(Parcel { stage, ..parcel });
            }
        });
    }

    /// Stores the waiting messages that were sent before there was a key.
    async fn keep_others(self, me: PersonId, kept: &[Parcel]) {
        let is_kept = |parcel: &&Parcel| kept.iter().any(|known| known.client_id == parcel.client_id);
        let lacking = |parcel: &&Parcel| !parcel.is_kept() && parcel.stage != Stage::Sent && !is_kept(parcel);
        let others: Vec<Parcel> = self.parcels.with_untracked(|all| all.iter().filter(lacking).cloned().collect());
        for parcel in others {
            let Some(place) = shelf::keep(me, &parcel).await else { continue };
            match self.find(parcel.client_id) {
                Some(known) if known.stage != Stage::Sent => self.show(Parcel { place: Some(place), ..known }),
                // It has arrived in between.
                _ => {
                    shelf::drop(me, place).await;
                }
            }
        }
    }

    /// Empties what this browser keeps, because its person signs out. Not held up for long by another tab.
    pub async fn empty(self) {
        leader_election::broadcast(&TabMessage::SigningOut);
        self.let_go();
        if let Some(me) = self.live.me() {
            select(pin!(shelf::empty(me)), pin!(sleep(EMPTYING))).await;
        }
    }

    /// Has nothing on its way any more.
    pub(in crate::live) fn let_go(self) {
        self.parcels.update(Vec::clear);
        self.drafts.clear();
        shelf::lock_up();
    }
}
