use super::{Choice, Field, FormState, RadioGroup, TextField};
use crate::strings;
use leptos::prelude::*;
use model::{Craft, Role, person::NAME_LIMIT};

/// The profile fields that a new person fills in.
#[component]
pub fn ProfileFields(
    form: FormState,
    /// The initially selected role.
    #[prop(into, optional)]
    role: String,
) -> impl IntoView {
    view! {
        <RadioGroup form field="role" legend=strings::JOIN_AS choices=role_choices() chosen=role/>
        <CraftField form/>
        <NameField form/>
    }
}

#[component]
pub fn NameField(form: FormState) -> impl IntoView {
    view! { <TextField form field="name" label=strings::NAME help=strings::NAME_HELP limit=NAME_LIMIT autocomplete="name"/> }
}

/// Returns both roles as choices.
pub fn role_choices() -> Vec<Choice> {
    let choice = |role: Role| Choice {
        value: role.as_str(),
        label: strings::role_label(role),
        help: Some(strings::role_description(role)),
    };
    Role::ALL.iter().copied().map(choice).collect()
}

/// The field for the craft. Only talent have one.
#[component]
pub fn CraftField(
    form: FormState,
    /// By default, the stylesheet hides the field unless the form's role is talent.
    #[prop(default = "for-talent")]
    class: &'static str,
) -> impl IntoView {
    let (id, flashed) = (format!("{}-craft", form.id), form.flashed_value("craft").unwrap_or_default());
    form.describe_field("craft", id.clone(), strings::CRAFT);
    view! {
        <div class=class>
            <Field id=id.clone() label=strings::CRAFT help=strings::CRAFT_HELP error=form.field_error("craft")>
                <select id=id.clone() name="craft" aria-describedby=format!("{id}-help {id}-error")>
                    <option value="">{strings::CRAFT_LATER}</option>
                    {Craft::ALL.iter().map(|&craft| view! { <option value=craft.as_str() selected=craft.as_str() == flashed>{strings::craft_label(craft)}</option> }).collect_view()}
                </select>
            </Field>
        </div>
    }
}
