//! The key that encrypts the person's data in this browser. It is embedded in the page. If it is missing, or if the
//! same person starts a new session, the page requests it until it has arrived.

use super::{Connection, Outbox};
use crate::{reactive::effect, server_fn_client::sleep, server_fns};
use leptos::{prelude::*, task::spawn_local};
use std::{cell::Cell, time::Duration};

const INITIAL_BACKOFF: Duration = Duration::from_secs(1);
const MAX_BACKOFF: Duration = Duration::from_secs(15);

thread_local! {
    static IN_FLIGHT: Cell<bool> = const { Cell::new(false) };
}

/// Requests the key when a session starts in another tab, or when the connection is back.
pub(super) fn watch_session(outbox: Outbox) {
    let live = outbox.live;
    effect(move || {
        let is_read_only = live.read_only.with(Option::is_some);
        if live.times_opened.get() > 0 && !is_read_only {
            outbox.request_key();
        }
    });
}

impl Outbox {
    /// Requests the key, with retries, unless it is there or already requested.
    pub fn request_key(self) {
        if !self.is_key_missing() || IN_FLIGHT.replace(true) {
            return;
        }
        spawn_local(async move {
            let mut backoff = INITIAL_BACKOFF;
            while self.is_key_missing() {
                match server_fns::load_browser_key().await {
                    Ok(key) if self.is_key_missing() => self.unlock_storage(&key),
                    // The person has signed out while the request ran.
                    Ok(_) => {}
                    Err(_) => sleep(backoff).await,
                }
                backoff = (backoff * 2).min(MAX_BACKOFF);
            }
            IN_FLIGHT.set(false);
        });
    }

    /// Returns whether a signed-in person's page has no key. Read-only and signed-out pages need none.
    fn is_key_missing(self) -> bool {
        let is_over = self.live.connection.get_untracked() == Connection::SignedOut;
        let is_read_only = self.live.read_only.with_untracked(Option::is_some);
        self.live.me().is_some() && !is_over && !is_read_only && !self.drafts.unlocked.get_untracked()
    }
}
