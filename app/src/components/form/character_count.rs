use crate::{reactive::memo, strings};
use leptos::prelude::*;

/// Says near a field's limit how many characters are left, and beyond it how many are too many. The field accepts any
/// length: the attribute that limits it would truncate pasted text silently, and counts UTF-16 units.
#[component]
pub fn CharacterCount(
    #[prop(into)] id: String,
    /// The number of characters, counted like `model` does. Zero until the page is hydrated.
    #[prop(into)]
    length: Signal<usize>,
    limit: usize,
) -> impl IntoView {
    let shown = memo(move || Some(length.get()).filter(|length| *length > 0 && *length >= limit - limit / 10));
    view! {
        <p class="character-count" id=id class:wrong=move || shown.get().is_some_and(|length| length > limit)>
            {move || shown.get().map(|length| strings::characters_left(length, limit))}
        </p>
    }
}
