use leptos::prelude::*;
use model::text::without_direction_controls;

/// Text that a person set, standing alone: its direction is its own and turns nothing around it. Inside a sentence,
/// `model::text::isolate` does the same.
#[component]
pub fn IsolatedText(#[prop(into)] text: Signal<String>) -> impl IntoView {
    view! { <bdi>{move || text.with(|text| without_direction_controls(text).into_owned())}</bdi> }
}
