use crate::{paths::take_address_from_fragment, reactive::effect};
use leptos::prelude::*;

/// Calls `then` with the e-mail address in the fragment of the URL, when the page becomes alive and whenever a redirect
/// changes only the fragment.
pub fn on_address_in_fragment(then: impl Fn(String) + Copy + 'static) {
    let take = move || take_address_from_fragment().into_iter().for_each(then);
    effect(move || {
        take();
        let changes = window_event_listener(leptos::ev::hashchange, move |_| take());
        on_cleanup(move || changes.remove());
    });
}
