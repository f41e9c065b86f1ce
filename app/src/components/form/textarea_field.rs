use super::{Field, FormState};
use crate::components::locale::Locale;
use leptos::prelude::*;
use model::text;

/// A field for several lines of text. Leptos doesn't escape the children of a textarea, and renders an empty text as a
/// space; set through `inner_html`, the content is the same on the server and in the browser.
#[component]
pub fn TextAreaField(
    form: FormState,
    /// Its name in the form and in validation errors.
    field: &'static str,
    label: &'static str,
    maxlength: usize,
    #[prop(into, optional)] help: String,
    #[prop(into, optional)] value: String,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let locale = Locale::current();
    let (id, error, value) =
        (form.field_id(field), form.field_error(field), form.flashed_value(field).unwrap_or(value));
    view! {
        <Field id=id.clone() label help error>
            <textarea id=id.clone() name=field rows="4" dir="auto" required=required autocomplete=move || locale.is_hydrated().then_some("off") maxlength=maxlength autofocus=error.get_untracked().is_some()
                aria-describedby=format!("{id}-help {id}-error") aria-invalid=move || error.get().map(|_| "true") inner_html=text::escape_html(&value)></textarea>
        </Field>
    }
}
