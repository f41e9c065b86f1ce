use crate::{
    live::{Connection, Live},
    pages::sign_in_path,
    words,
};
use leptos::prelude::*;

/// Says so when events can't arrive, and what that means. Nothing when all is well.
#[component]
pub fn ConnectionBar() -> impl IntoView {
    let live = Live::current();
    let text = move || match live.connection.get() {
        Connection::Live => None,
        Connection::Reconnecting => Some(words::RECONNECTING),
        Connection::Offline => Some(words::OFFLINE),
        Connection::SignedOut => Some(words::SIGNED_OUT),
    };
    let over = move || live.connection.get() == Connection::SignedOut;
    view! {
        <div class="connection" role="status">
            {move || text().map(|text| view! {
                <p>{text} {over().then(|| view! { <a href=sign_in_path() target="_blank">{words::SIGN_IN}</a> })}</p>
            })}
        </div>
    }
}
