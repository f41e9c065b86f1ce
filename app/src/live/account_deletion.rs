//! Account deletion: deletes the person's data in this browser too.
//!
//! The browser itself submits the form, and only the next document says whether the account was deleted. Until then the
//! intention is stored.

use super::{Outbox, outbox::storage, outbox::storage::Intention};
use crate::{owner::PageOwner, reactive::effect};
use leptos::task::spawn_local;

impl Outbox {
    /// Stores the intention to delete the account, and closes the stream.
    pub fn begin_deletion(self) {
        if let Some(me) = PageOwner::current() {
            Intention::DeleteAccount.set(me, true);
        }
        self.live.disconnect();
    }

    /// Deletes the stored drafts and messages of persons whose account was deleted.
    pub fn finish_deletion(self) {
        for person in Intention::DeleteAccount.persons() {
            spawn_local(async move {
                storage::delete_all(person).await;
                Intention::DeleteAccount.set(person, false);
            });
        }
    }
}

/// Clears the intention on a page that has an owner: their account still exists.
pub(super) fn clear_stale_intent() {
    effect(|| {
        if let Some(me) = PageOwner::current() {
            Intention::DeleteAccount.set(me, false);
        }
    });
}
