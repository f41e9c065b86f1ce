//! The key to what this browser keeps for its person. It comes with the page. Where it doesn't, and where a new session of
//! the same person begins, the page asks for it until it is there.

use super::{Connection, Outbox};
use crate::{reactive::effect, server_fn_client::sleep, server_fns};
use leptos::{prelude::*, task::spawn_local};
use std::{cell::Cell, time::Duration};

const INITIAL_BACKOFF: Duration = Duration::from_secs(1);
const MAX_BACKOFF: Duration = Duration::from_secs(15);

thread_local! {
    static IN_FLIGHT: Cell<bool> = const { Cell::new(false) };
}

/// Asks for it where a session begins beside a page that is open, or a connection is back.
pub(super) fn watch_session(outbox: Outbox) {
    let live = outbox.live;
    effect(move || {
        let is_closed = live.read_only.with(Option::is_some);
        if live.times_opened.get() > 0 && !is_closed {
            outbox.request_key();
        }
    });
}

impl Outbox {
    /// Asks for the key, unless it is there or being asked for.
    pub fn request_key(self) {
        if !self.lacks_key() || IN_FLIGHT.replace(true) {
            return;
        }
        spawn_local(async move {
            let mut backoff = INITIAL_BACKOFF;
            while self.lacks_key() {
                match server_fns::load_browser_key().await {
                    Ok(key) if self.lacks_key() => self.unlock_storage(&key),
                    // Its person has signed out in between.
                    Ok(_) => {}
                    Err(_) => sleep(backoff).await,
                }
                backoff = (backoff * 2).min(MAX_BACKOFF);
            }
            IN_FLIGHT.set(false);
        });
    }

    /// Whether the page of a person who is signed in has no key. One that is closed or signed out does without.
    fn lacks_key(self) -> bool {
        let is_over = self.live.connection.get_untracked() == Connection::SignedOut;
        let is_closed = self.live.read_only.with_untracked(Option::is_some);
        self.live.me().is_some() && !is_over && !is_closed && !self.drafts.unlocked.get_untracked()
    }
}
