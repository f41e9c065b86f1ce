use super::{CharacterCount, Field, FormState, field::described_by};
use crate::{components::locale::Locale, reactive::effect};
use leptos::{
    html::Textarea,
    prelude::*,
    tachys::html::element::{InnerHtml, inner_html},
};
use model::text::{self, count_text};

/// A field for several lines of text.
#[component]
pub fn TextAreaField(
    form: FormState,
    /// Its name in the form and in validation errors.
    field: &'static str,
    label: &'static str,
    /// Its length limit in characters. Longer text stays in the field.
    limit: usize,
    #[prop(into, optional)] help: String,
    #[prop(into, optional)] value: String,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let locale = Locale::current();
    let (id, error, value) =
        (form.field_id(field), form.field_error(field), form.flashed_value(field).unwrap_or(value));
    form.describe_field(field, id.clone(), label);
    let described = described_by(&id, &[(!help.is_empty(), "help"), (true, "count")]);
    let (area, length): (NodeRef<Textarea>, _) = (NodeRef::new(), RwSignal::new(0));
    effect(move || {
        if let Some(area) = area.get() {
            length.set(count_text(&area.value()));
        }
    });
    view! {
        <Field id=id.clone() label help error>
            <textarea node_ref=area id=id.clone() name=field rows="4" dir="auto" required=required autocomplete=move || locale.is_hydrated().then_some("off") autofocus=error.get_untracked().is_some()
                aria-describedby=described aria-invalid=move || error.get().map(|_| "true")
                on:input:target=move |event| length.set(count_text(&event.target().value())) {..textarea_content(&value)}></textarea>
            <CharacterCount id=format!("{id}-count") length limit/>
        </Field>
    }
}

/// Returns the content of a textarea as an attribute. Leptos doesn't escape the children of a textarea, and renders an
/// empty text as a space; set through `inner_html`, the content is the same on the server and in the browser.
pub fn textarea_content(value: &str) -> InnerHtml<String> {
    inner_html(text::escape_html(value))
}
