use super::{Glyph, Icon};
use crate::reactive::memo;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// Says that something was done. Announced when it appears.
#[component]
pub fn Flash(#[prop(into)] text: Signal<Option<&'static str>>) -> impl IntoView {
    view! {
        <div role="status">
            {move || text.get().map(|text| view! { <p class="flash"><Icon glyph=Glyph::Check/> {text}</p> })}
        </div>
    }
}

/// What a form that was sent without JavaScript says it did, as a code in the address under `name`. Nothing
/// where the address tells of a failure: that came after.
pub fn flash_code(name: &'static str) -> Memo<Option<String>> {
    let query = use_query_map();
    memo(move || query.with(|query| query.get(name).filter(|_| query.get("__err").is_none())))
}
