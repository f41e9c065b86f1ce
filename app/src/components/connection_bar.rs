use crate::{
    live::{Connection, Live, Outbox, ReadOnlyReason},
    paths::sign_in_path,
    strings,
};
use leptos::prelude::*;

/// Shows a warning while events can't arrive or drafts can't be stored, with the consequences. Empty otherwise.
#[component]
pub fn ConnectionBar() -> impl IntoView {
    let (live, drafts) = (Live::current(), Outbox::current().drafts);
    let text = move || match live.connection.get() {
        Connection::Live => None,
        Connection::Reconnecting if drafts.unsaved.get() => Some(strings::RECONNECTING_UNKEPT),
        Connection::Reconnecting => Some(strings::RECONNECTING),
        Connection::Offline => Some(strings::OFFLINE),
        Connection::SignedOut => Some(strings::SIGNED_OUT),
    };
    let over = move || live.connection.get() == Connection::SignedOut;
    view! {
        <div class="connection" role="status" translate="no">
            {move || match live.read_only.get() {
                Some(reason) => view! { <ReadOnlyNotice reason/> }.into_any(),
                None => text().map(|text| view! {
                    <p>{text} {over().then(|| view! { <a href=sign_in_path() target="_blank">{strings::SIGN_IN}</a> })}</p>
                }).into_any(),
            }}
            {move || (drafts.unsaved.get() && !over()).then(|| view! { <p>{strings::UNKEPT}</p> })}
        </div>
    }
}

/// Explains why the page is read-only, and how to proceed.
#[component]
fn ReadOnlyNotice(reason: ReadOnlyReason) -> impl IntoView {
    let outbox = Outbox::current();
    let (who, on) = match &reason {
        ReadOnlyReason::SigningOut => {
            return view! {
                <p>{strings::SIGNING_OUT} " "
                    <button type="button" class="link" on:click=move |_| outbox.stay_signed_in()>{strings::STAY_SIGNED_IN}</button>
                </p>
            }
            .into_any();
        }
        ReadOnlyReason::OtherPerson(Some(name)) => (strings::signed_in_as(name), strings::continue_as(name)),
        ReadOnlyReason::OtherPerson(None) => (strings::OTHER_PERSON.to_owned(), strings::BACK_TO_INBOX.to_owned()),
    };
    // A full page load: this document belongs to the other person.
    view! { <p>{who} ". " {strings::OTHER_PERSON_MEANS} " " <a href="/inbox" rel="external">{on}</a></p> }.into_any()
}
