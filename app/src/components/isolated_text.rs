use leptos::prelude::*;
use model::text::without_direction_controls;

/// Renders text that a person has set, isolated in direction: it doesn't affect the text around it. Inside a sentence,
/// `model::text::isolate` does the same. Not translated: it may change in place, and a translator replaces text nodes.
#[component]
pub fn IsolatedText(#[prop(into)] text: Signal<String>) -> impl IntoView {
    view! { <bdi translate="no">{move || text.with(|text| without_direction_controls(text).into_owned())}</bdi> }
}
