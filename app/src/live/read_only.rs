//! Read-only pages: readable, with typed text kept. They send no requests but those that end this state.

use super::{
    Live, Outbox, ReadOnlyReason,
    stream::{self, Input},
};
use crate::{
    browser,
    owner::PageOwner,
    paths::sign_in_path,
    reactive::effect,
    request_error::{RequestError, RequestResult},
    server_fn_client::{SendGuard, set_send_guard},
    server_fns,
};
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use model::ApiError;
use std::cell::Cell;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Element, Event};

thread_local! {
    /// The outbox of this page, for requests outside any reactive owner.
    static OUTBOX: Cell<Option<Outbox>> = const { Cell::new(None) };
}

/// Checks whether the page may send a request to `path`; an error if it is read-only.
fn check_may_send(path: &str) -> RequestResult<()> {
    match OUTBOX.get().and_then(|outbox| outbox.live.read_only.get_untracked()) {
        Some(ReadOnlyReason::OtherPerson(_)) if path != server_fns::LoadCurrentPerson::PATH => {
            Err(ApiError::OtherPerson.into())
        }
        Some(ReadOnlyReason::SigningOut) if path != server_fns::SignOut::PATH => Err(RequestError::Network),
        _ => Ok(()),
    }
}

/// Makes the page read-only if a response says that another person is signed in.
fn observe_failure(failure: &RequestError) {
    if let (RequestError::Refused(ApiError::OtherPerson), Some(Outbox { live, .. })) = (failure, OUTBOX.get())
        && live.read_only.get_untracked().is_none()
    {
        live.read_only.set(Some(ReadOnlyReason::OtherPerson(None)));
        live.recheck_session();
    }
}

/// Refuses requests of a read-only page, and makes its links load documents. If another person had signed in, finds out
/// who is signed in when the page becomes visible, and lifts the state once the stream opens again.
pub(super) fn enforce_read_only(outbox: Outbox) {
    let live = outbox.live;
    OUTBOX.set(Some(outbox));
    set_send_guard(SendGuard { check_may_send, observe_failure });
    effect(move || {
        if live.times_opened.get() > 0 && live.read_only.with_untracked(is_other_person) {
            live.read_only.set(None);
        }
    });
    effect(move || {
        window_event_listener(leptos::ev::Custom::<Event>::new("visibilitychange"), move |_| {
            if live.read_only.with_untracked(is_other_person) && browser::is_visible() {
                live.recheck_session();
            }
        });
        // The router would show the next page in this document, where it could load no data.
        let follow = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            let link = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let link = link.and_then(|element| element.closest("a[href]").ok().flatten());
            if link.is_some() && live.read_only.with_untracked(Option::is_some) {
                event.stop_propagation();
            }
        });
        // Listening on the document can't fail, and continues for as long as the page lives.
        let _ = document().add_event_listener_with_callback_and_bool("click", follow.as_ref().unchecked_ref(), true);
        follow.forget();
    });
}

impl Live {
    /// Stops the stream, and finds out who is signed in now.
    pub fn recheck_session(self) {
        stream::apply(self, Input::SessionEnded);
    }

    /// Finds out who is signed in now: no person, another one, or the page's own again. If none is, goes to the sign-in
    /// page, unless that would lose typed text. If the request fails, the stream calls this again.
    pub(super) fn load_current_person(self) {
        spawn_local(async move {
            match server_fns::load_current_person().await {
                _ if self.read_only.with_untracked(|reason| *reason == Some(ReadOnlyReason::SigningOut)) => {}
                Ok(Some(person)) if Some(person.id) == PageOwner::current() => {
                    OUTBOX.get().into_iter().for_each(|outbox| self.leave_read_only(outbox));
                }
                Ok(Some(person)) => self.read_only.set(Some(ReadOnlyReason::OtherPerson(Some(person.name)))),
                Ok(None)
                    if self.read_only.with_untracked(Option::is_none)
                        && self.unsent.get_untracked() == 0
                        && !has_unsaved_input() =>
                {
                    let _ = window().location().set_href(&sign_in_path());
                }
                Ok(None) => {}
                Err(_) => stream::apply(self, Input::CurrentPersonUnknown),
            }
        });
    }

    /// Resumes normal operation: lifts the read-only state and reopens the stream.
    pub(super) fn leave_read_only(self, outbox: Outbox) {
        self.read_only.set(None);
        stream::apply(self, Input::SessionConfirmed);
        if let Some(me) = self.me() {
            self.start(outbox, me);
        }
        outbox.request_key();
    }
}

fn is_other_person(reason: &Option<ReadOnlyReason>) -> bool {
    matches!(reason, Some(ReadOnlyReason::OtherPerson(_)))
}

/// Returns whether the page has input that the server doesn't have. Passwords don't count: browsers fill them in by
/// themselves, which would keep the page open for the next person to see.
fn has_unsaved_input() -> bool {
    const FIELDS: &str = "main textarea, main select, main input:not([type=hidden], [type=password])";
    browser::find_all(&document(), FIELDS).iter().any(is_changed)
}

fn is_changed(field: &Element) -> bool {
    let differs = |now: &str, first: &str| browser::get_property(field, now) != browser::get_property(field, first);
    match field.get_attribute("type").as_deref() {
        Some("radio" | "checkbox") => differs("checked", "defaultChecked"),
        _ if field.tag_name() == "SELECT" => is_another_chosen(field),
        _ => differs("value", "defaultValue"),
    }
}

/// Returns whether the selected option isn't the default. Without a marked default, that is the first option.
fn is_another_chosen(select: &Element) -> bool {
    let is_default =
        |option: Element| browser::get_property(&option, "defaultSelected").is_some_and(|is| is.is_truthy());
    let default = browser::find_all(select, "option").into_iter().position(is_default).unwrap_or_default();
    browser::get_property(select, "selectedIndex").and_then(|index| index.as_f64()) != Some(default as f64)
}
