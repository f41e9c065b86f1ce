use crate::{
    live::{Closed, Connection, Live, Outbox},
    pages::sign_in_path,
    words,
};
use leptos::prelude::*;

/// Says so when events can't arrive or drafts can't be stored, and what that means. Nothing when all is well.
#[component]
pub fn ConnectionBar() -> impl IntoView {
    let (live, drafts) = (Live::current(), Outbox::current().drafts);
    let text = move || match live.connection.get() {
        Connection::Live => None,
        Connection::Reconnecting if drafts.unkept.get() => Some(words::RECONNECTING_UNKEPT),
        Connection::Reconnecting => Some(words::RECONNECTING),
        Connection::Offline => Some(words::OFFLINE),
        Connection::SignedOut => Some(words::SIGNED_OUT),
    };
    let over = move || live.connection.get() == Connection::SignedOut;
    view! {
        <div class="connection" role="status">
            {move || match live.closed.get() {
                Some(closed) => view! { <ClosedLine closed/> }.into_any(),
                None => text().map(|text| view! {
                    <p>{text} {over().then(|| view! { <a href=sign_in_path() target="_blank">{words::SIGN_IN}</a> })}</p>
                }).into_any(),
            }}
            {move || (drafts.unkept.get() && !over()).then(|| view! { <p>{words::UNKEPT}</p> })}
        </div>
    }
}

/// Why the page is closed, what that means, and the way on.
#[component]
fn ClosedLine(closed: Closed) -> impl IntoView {
    let outbox = Outbox::current();
    let (who, on) = match &closed {
        Closed::SigningOut => {
            return view! {
                <p>{words::SIGNING_OUT} " "
                    <button type="button" class="link" on:click=move |_| outbox.stay_signed_in()>{words::STAY_SIGNED_IN}</button>
                </p>
            }
            .into_any();
        }
        Closed::OtherPerson(Some(name)) => (words::signed_in_as(name), words::go_on_as(name)),
        Closed::OtherPerson(None) => (words::OTHER_PERSON.to_owned(), words::BACK_TO_INBOX.to_owned()),
    };
    // Another document: this one stays the other person's.
    view! { <p>{who} ". " {words::OTHER_PERSON_MEANS} " " <a href="/inbox" rel="external">{on}</a></p> }.into_any()
}
