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
        Connection::Reconnecting => Some(view! { {words::RECONNECTING} {None} }),
        Connection::Offline => Some(view! { {words::OFFLINE} {None} }),
        Connection::SignedOut => {
            let link = view! { <a href=sign_in_path() rel="external">{words::SIGN_IN}</a> };
            Some(view! { {words::SIGNED_OUT} {Some(link)} })
        }
    };
    view! { <div class="connection" role="status">{move || text().map(|text| view! { <p>{text}</p> })}</div> }
}
