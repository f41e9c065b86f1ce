use super::{Glyph, Icon};
use crate::reactive::memo;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// Confirms that something was done. Screen readers announce it when it appears.
#[component]
pub fn Flash(#[prop(into)] text: Signal<Option<&'static str>>) -> impl IntoView {
    view! {
        <div role="status">
            {move || text.get().map(|text| view! { <p class="flash"><Icon glyph=Glyph::Check/> {text}</p> })}
        </div>
    }
}

/// Returns the confirmation code of a form sent without JavaScript, from the query parameter `name`. Returns `None` if
/// the URL also has an error, which came later.
pub fn flash_code(name: &'static str) -> Memo<Option<String>> {
    let query = use_query_map();
    memo(move || query.with(|query| query.get(name).filter(|_| query.get("__err").is_none())))
}
