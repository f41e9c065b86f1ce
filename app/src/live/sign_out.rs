//! Sign-out: first ends the session, then deletes the person's data in this browser.
//!
//! While the server can't be reached, nothing is deleted and the page says so. The intention is stored in the browser:
//! on the next contact, from this page or a later one, signing out precedes any other request.

use super::{
    Live, Outbox, ReadOnlyReason,
    outbox::storage,
    outbox::storage::Intention,
    outbox::with_timeout,
    stream::{self, Input},
};
use crate::{owner::PageOwner, reactive::effect, request_error::RequestError, server_fns};
use leptos::{prelude::*, task::spawn_local};
use model::{ApiError, PersonId};
use std::{cell::Cell, time::Duration};

/// Request timeout: a dead connection looks like a slow one.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
const RETRY_EVERY: Duration = Duration::from_secs(5);

thread_local! {
    /// Whether a request is in flight.
    static IN_FLIGHT: Cell<bool> = const { Cell::new(false) };
}

impl Outbox {
    /// Signs out, now or when the server can next be reached.
    pub fn sign_out(self) {
        if let Some(me) = PageOwner::current() {
            Intention::SignOut.set(me, true);
            stop_page(self);
            attempt_sign_out(self);
        }
    }

    /// Cancels the sign-out.
    pub fn stay_signed_in(self) {
        if let Some(me) = PageOwner::current() {
            Intention::SignOut.set(me, false);
            self.live.leave_read_only(self);
        }
    }
}

/// Resumes a stored intention to sign out, and follows those of other tabs. This effect runs before all effects that
/// send requests, so that it can stop the page first.
pub(super) fn watch_intent(outbox: Outbox) {
    effect(move || {
        let owner = PageOwner::current();
        Intention::SignOut.persons().into_iter().filter(|person| Some(*person) != owner).for_each(delete_stored_of);
        let Some(me) = owner else { return };
        if Intention::SignOut.is_set(me) {
            stop_page(outbox);
            attempt_sign_out(outbox);
        } else {
            // It belonged to an earlier session.
            Intention::SignOut.set(me, false);
        }
        watch_other_tabs(outbox, me);
    });
}

/// Deletes the data of a person who wanted to sign out: their session no longer exists in this browser.
fn delete_stored_of(person: PersonId) {
    spawn_local(async move {
        storage::delete_all(person).await;
        Intention::SignOut.set(person, false);
    });
}

fn watch_other_tabs(outbox: Outbox, me: PersonId) {
    let name = Intention::SignOut.key(me);
    window_event_listener(leptos::ev::storage, move |event| match event.key() {
        Some(key) if key != name => {}
        _ if Intention::SignOut.is_set(me) => stop_page(outbox),
        _ if is_signing_out(outbox.live) => {
            // Another tab has signed out or cancelled it: only the server knows which.
            outbox.live.read_only.set(None);
            outbox.live.recheck_session();
        }
        _ => {}
    });
    window_event_listener(leptos::ev::online, move |_| attempt_sign_out(outbox));
    set_interval(move || attempt_sign_out(outbox), RETRY_EVERY);
}

fn is_signing_out(live: Live) -> bool {
    live.read_only.with_untracked(|reason| *reason == Some(ReadOnlyReason::SigningOut))
}

fn stop_page(outbox: Outbox) {
    let live = outbox.live;
    live.read_only.set(Some(ReadOnlyReason::SigningOut));
    stream::apply(live, Input::SignOutRequested);
}

/// Sends the sign-out request, if this page is signing out and no request is in flight.
fn attempt_sign_out(outbox: Outbox) {
    let Some(me) = PageOwner::current().filter(|_| is_signing_out(outbox.live) && !IN_FLIGHT.replace(true)) else {
        return;
    };
    spawn_local(async move {
        let answer = with_timeout(REQUEST_TIMEOUT, server_fns::sign_out()).await;
        if is_signed_out(&answer) && is_signing_out(outbox.live) {
            // Nothing is sent again until the next page replaces this one.
            finish_sign_out(outbox, me).await;
        } else {
            IN_FLIGHT.set(false);
        }
    });
}

/// Returns whether the response shows that this person is no longer signed in with this browser.
fn is_signed_out(answer: &Result<(), RequestError>) -> bool {
    matches!(answer, Ok(()) | Err(RequestError::Refused(ApiError::Unauthenticated | ApiError::OtherPerson)))
}

async fn finish_sign_out(outbox: Outbox, me: PersonId) {
    outbox.delete_stored().await;
    Intention::SignOut.set(me, false);
    outbox.live.disconnect();
    // A path of this site is always a valid address.
    let _ = window().location().set_href("/signin");
}
