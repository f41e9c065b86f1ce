use crate::{reactive::memo, strings};
use leptos::prelude::*;

/// Shows a number of unread messages; nothing if there are none.
#[component]
pub fn UnreadBadge(#[prop(into)] count: Signal<i64>) -> impl IntoView {
    let count = memo(move || count.get());
    move || {
        (count.get() > 0).then(|| {
            view! {
                <span class="badge" translate="no">
                    <span aria-hidden="true">{strings::up_to_99(count.get())}</span>
                    <span class="visually-hidden">{strings::unread_label(count.get())}</span>
                </span>
            }
        })
    }
}
