//! Deleting the account: what this browser keeps goes with it.
//!
//! The form is sent by the browser itself, and only the next document tells whether it was done. So the intention is kept
//! until then.

use super::{Outbox, outbox::storage, outbox::storage::Intention};
use crate::{owner::PageOwner, reactive::effect};
use leptos::task::spawn_local;

impl Outbox {
    /// Notes that the account's deletion is asked for, and stops listening.
    pub fn begin_deletion(self) {
        if let Some(me) = PageOwner::current() {
            Intention::DeleteAccount.set(me, true);
        }
        self.live.disconnect();
    }

    /// Deletes the drafts and messages of a person whose account is gone.
    pub fn finish_deletion(self) {
        for person in Intention::DeleteAccount.persons() {
            spawn_local(async move {
                storage::delete_all(person).await;
                Intention::DeleteAccount.set(person, false);
            });
        }
    }
}

/// A person who still has a page has an account: it wasn't deleted.
pub(super) fn clear_stale_intent() {
    effect(|| {
        if let Some(me) = PageOwner::current() {
            Intention::DeleteAccount.set(me, false);
        }
    });
}
