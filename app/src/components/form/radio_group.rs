use super::FormState;
use crate::components::{Glyph, Icon};
use leptos::prelude::*;

/// An option of a radio group.
#[derive(Clone, Copy)]
pub struct Choice {
    /// The submitted value.
    pub value: &'static str,
    pub label: &'static str,
    /// Explains the option, if the label doesn't.
    pub help: Option<&'static str>,
}

/// A group of radio buttons.
#[component]
pub fn RadioGroup(
    form: FormState,
    /// Its name in the form.
    field: &'static str,
    /// Its name in validation errors, if the API uses another one.
    #[prop(default = field)]
    error_field: &'static str,
    legend: &'static str,
    choices: Vec<Choice>,
    /// The initially selected value.
    #[prop(into, optional)]
    chosen: String,
) -> impl IntoView {
    let (id, error) = (form.field_id(field), form.field_error(error_field));
    let chosen = form.flashed_value(field).unwrap_or(chosen);
    if let Some(first) = choices.first() {
        form.describe_field(error_field, format!("{id}-{}", first.value), legend);
    }
    let (error_id, described) = (format!("{id}-error"), format!("{id}-error"));
    let options = choices.into_iter().map(|Choice { value, label, help }| {
        let option = format!("{id}-{value}");
        let help_id = help.map(|_| format!("{option}-help"));
        view! {
            <div class="option">
                <input type="radio" id=option.clone() name=field value=value required checked=value == chosen aria-describedby=help_id.clone()/>
                <label for=option>{label}</label>
                {help.map(|help| view! { <p class="help" id=help_id>{help}</p> })}
            </div>
        }
    });
    view! {
        <fieldset class="field options" role="radiogroup" aria-describedby=described aria-invalid=move || error.get().map(|_| "true")>
            <legend>{legend}</legend>
            {options.collect_view()}
            <p class="error" id=error_id>
                {move || error.get().map(|error| view! { <Icon glyph=Glyph::Warning/> {error} })}
            </p>
        </fieldset>
    }
}
