use super::{Glyph, Icon};
use crate::{
    answer::{Answer, Failure},
    words,
};
use leptos::prelude::*;

/// Why a form's action failed, if it did.
pub fn failure_of<T: Clone + Send + Sync + 'static>(value: Option<Answer<T>>) -> Option<Failure> {
    value.and_then(Result::err)
}

/// What is wrong with one field of a form.
pub fn field_error(failure: Option<&Failure>, field: &str) -> Option<&'static str> {
    match failure {
        Some(Failure::Refused(refusal)) => refusal.fault(field).map(words::fault),
        _ => None,
    }
}

/// A labelled field: help below it, and its error in words below that.
#[component]
pub fn Field(
    /// The id of the control inside.
    id: &'static str,
    label: &'static str,
    #[prop(into, optional)] help: String,
    /// What is wrong with it, if anything.
    #[prop(into)]
    error: Signal<Option<&'static str>>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field" class:wrong=move || error.get().is_some()>
            <label for=id>{label}</label>
            {children()}
            {(!help.is_empty()).then(|| view! { <p class="help" id=format!("{id}-help")>{help}</p> })}
            <p class="error" id=format!("{id}-error")>
                {move || error.get().map(|error| view! { <Icon glyph=Glyph::Warning/> {error} })}
            </p>
        </div>
    }
}

/// What is wrong with a form as a whole. Announced when it appears.
#[component]
pub fn FormError(#[prop(into)] failure: Signal<Option<Failure>>) -> impl IntoView {
    let text = move || {
        failure.get().map(|failure| match failure {
            Failure::Refused(refusal) => words::refusal(&refusal),
            Failure::Unreached => words::UNREACHED.to_owned(),
        })
    };
    view! {
        <div role="alert">
            {move || text().map(|text| view! { <p class="form-error"><Icon glyph=Glyph::Warning/> {text}</p> })}
        </div>
    }
}
