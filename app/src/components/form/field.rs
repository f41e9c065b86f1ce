use super::{CharacterCount, FormState};
use crate::{
    components::{Glyph, Icon},
    reactive::effect,
    request_error::RequestError,
    strings,
};
use leptos::{html::Input, prelude::*};
use model::text::count_line;

/// A labelled field, with its help and its error text below.
#[component]
pub fn Field(
    /// The id of the input element inside.
    #[prop(into)]
    id: String,
    label: &'static str,
    #[prop(into, optional)] help: String,
    /// The error text, if the field is invalid.
    #[prop(into)]
    error: Signal<Option<&'static str>>,
    children: Children,
) -> impl IntoView {
    let (help_id, error_id) = (format!("{id}-help"), format!("{id}-error"));
    view! {
        <div class="field" class:wrong=move || error.get().is_some()>
            <label for=id>{label}</label>
            {children()}
            {(!help.is_empty()).then(|| view! { <p class="help" id=help_id>{help}</p> })}
            <p class="error" id=error_id>
                {move || error.get().map(|error| view! { <Icon glyph=Glyph::Warning/> {error} })}
            </p>
        </div>
    }
}

/// A field for one line of text.
#[component]
pub fn TextField(
    form: FormState,
    /// Its name in the form and in validation errors.
    field: &'static str,
    label: &'static str,
    /// Its length limit in characters. Longer text stays in the field.
    #[prop(optional)]
    limit: Option<usize>,
    #[prop(into, optional)] help: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(default = "text")] inputmode: &'static str,
    #[prop(into, optional)] value: String,
    /// Whether it is cleared after a successful submission.
    #[prop(optional)]
    clears: bool,
) -> impl IntoView {
    let (id, error) = (form.field_id(field), form.field_error(field));
    form.describe_field(field, id.clone(), label);
    let (input, value): (NodeRef<Input>, _) = (NodeRef::new(), form.flashed_value(field).unwrap_or(value));
    let length = RwSignal::new(0);
    let described = described_by(&id, &[(!help.is_empty(), "help"), (limit.is_some(), "count")]);
    effect(move || {
        let Some(input) = input.get() else { return };
        if clears && form.done.get() {
            input.set_value("");
        }
        // What was typed before hydration, and what the server has filled in.
        length.set(count_line(&input.value()));
    });
    view! {
        <Field id=id.clone() label help error>
            <input node_ref=input id=id.clone() name=field type=kind required autocomplete=autocomplete inputmode=(inputmode != "text").then_some(inputmode) value=value dir="auto"
                autocapitalize=(kind == "email").then_some("none") autofocus=error.get_untracked().is_some()
                aria-describedby=described aria-invalid=move || error.get().map(|_| "true")
                on:input:target=move |event| length.set(count_line(&event.target().value()))/>
            {limit.map(|limit| view! { <CharacterCount id=format!("{id}-count") length limit/> })}
        </Field>
    }
}

/// Shows the error of a form as a whole. Screen readers announce it when it appears.
#[component]
pub fn FormError(#[prop(into)] failure: Signal<Option<RequestError>>) -> impl IntoView {
    let text = move || failure.with(|failure| failure.as_ref().map(failure_text));
    view! {
        <div role="alert">
            {move || text().map(|text| view! { <p class="form-error"><Icon glyph=Glyph::Warning/> {text}</p> })}
        </div>
    }
}

/// Returns the ids of the elements that describe a control: those that are there, and its error.
pub(in crate::components) fn described_by(id: &str, parts: &[(bool, &str)]) -> String {
    let parts = parts.iter().filter(|(is_there, _)| *is_there).map(|(_, part)| *part).chain(["error"]);
    parts.map(|part| format!("{id}-{part}")).collect::<Vec<_>>().join(" ")
}

/// Explains a failure to the person.
pub(super) fn failure_text(failure: &RequestError) -> String {
    match failure {
        RequestError::Refused(refusal) => strings::error_text(refusal),
        RequestError::Network => strings::UNREACHED.to_owned(),
        RequestError::TimedOut => strings::TIMED_OUT.to_owned(),
    }
}
