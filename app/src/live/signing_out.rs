//! Signing out: first the session ends, then what this browser keeps is deleted.
//!
//! While the server can't be reached, nothing is deleted and the page says so. The intention is kept in the browser: on
//! the next contact, in this page or the next one, signing out goes before anything else.

use super::{
    Closed, Connection, Live, Outbox, leader_election, outbox::storage, outbox::storage::Intention,
    outbox::with_timeout, stream,
};
use crate::{owner::PageOwner, reactive::effect, request_error::RequestError, server_fns};
use leptos::{prelude::*, task::spawn_local};
use model::{ApiError, PersonId};
use std::{cell::Cell, time::Duration};

/// A connection that swallows everything looks like one that is slow.
const TIMEOUT: Duration = Duration::from_secs(10);
const RETRY_EVERY: Duration = Duration::from_secs(5);

thread_local! {
    /// Whether the server is being asked.
    static ASKING: Cell<bool> = const { Cell::new(false) };
}

impl Outbox {
    /// Signs out, now or on the next contact.
    pub fn sign_out(self) {
        if let Some(me) = PageOwner::current() {
            Intention::SignOut.set(me, true);
            close(self);
            attempt(self);
        }
    }

    /// Takes the intention back.
    pub fn stay_signed_in(self) {
        if let Some(me) = PageOwner::current() {
            Intention::SignOut.set(me, false);
            self.live.reopen(self);
        }
    }
}

/// Takes up an intention of before, and follows those of other tabs. This effect is the first one of the page: whatever
/// asks the server comes later.
pub(super) fn watch(outbox: Outbox) {
    effect(move || {
        let owner = PageOwner::current();
        Intention::SignOut.persons().into_iter().filter(|person| Some(*person) != owner).for_each(delete_kept);
        let Some(me) = owner else { return };
        if Intention::SignOut.is_set(me) {
            close(outbox);
            attempt(outbox);
        } else {
            // It was another session's.
            Intention::SignOut.set(me, false);
        }
        follow(outbox, me);
    });
}

/// Deletes what is kept of a person who wanted to sign out: their session is gone from this browser.
fn delete_kept(person: PersonId) {
    spawn_local(async move {
        storage::delete_all(person).await;
        Intention::SignOut.set(person, false);
    });
}

fn follow(outbox: Outbox, me: PersonId) {
    let name = Intention::SignOut.key(me);
    window_event_listener(leptos::ev::storage, move |event| match event.key() {
        Some(key) if key != name => {}
        _ if Intention::SignOut.is_set(me) => close(outbox),
        _ if is_closed(outbox.live) => {
            // Done, or taken back: only the server knows.
            outbox.live.closed.set(None);
            outbox.live.sign_in_again();
        }
        _ => {}
    });
    window_event_listener(leptos::ev::online, move |_| attempt(outbox));
    set_interval(move || attempt(outbox), RETRY_EVERY);
}

fn is_closed(live: Live) -> bool {
    live.closed.with_untracked(|closed| *closed == Some(Closed::SigningOut))
}

fn close(outbox: Outbox) {
    let live = outbox.live;
    live.closed.set(Some(Closed::SigningOut));
    live.connection.set(Connection::SignedOut);
    stream::close();
    leader_election::step_down();
}

/// Asks the server, if this page is still signing out and isn't asking already.
fn attempt(outbox: Outbox) {
    let Some(me) = PageOwner::current().filter(|_| is_closed(outbox.live) && !ASKING.replace(true)) else { return };
    spawn_local(async move {
        let answer = with_timeout(TIMEOUT, server_fns::sign_out()).await;
        ASKING.set(false);
        if ended(&answer) && is_closed(outbox.live) {
            finish(outbox, me).await;
        }
    });
}

/// Whether this person is no longer signed in with this browser.
fn ended(answer: &Result<(), RequestError>) -> bool {
    matches!(answer, Ok(()) | Err(RequestError::Refused(ApiError::Unauthenticated | ApiError::OtherPerson)))
}

async fn finish(outbox: Outbox, me: PersonId) {
    outbox.delete_stored().await;
    Intention::SignOut.set(me, false);
    outbox.live.disconnect();
    // An address of this site is always one to go to.
    let _ = window().location().set_href("/signin");
}
