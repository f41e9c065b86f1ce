use super::{Choice, Field, FormState, RadioGroup, TextField, form::described_by};
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
    /// What stands for no craft.
    #[prop(default = strings::CRAFT_LATER)]
    empty_label: &'static str,
    #[prop(default = strings::CRAFT_HELP)] help: &'static str,
    /// The initially selected craft.
    #[prop(default = None)]
    chosen: Option<Craft>,
) -> impl IntoView {
    let id = format!("{}-craft", form.id);
    let chosen = form.flashed_value("craft").map_or(chosen, |flashed| flashed.parse().ok());
    let described = described_by(&id, &[(!help.is_empty(), "help")]);
    form.describe_field("craft", id.clone(), strings::CRAFT);
    view! {
        <div class=class>
            <Field id=id.clone() label=strings::CRAFT help error=form.field_error("craft")>
                <select id=id.clone() name="craft" aria-describedby=described>
                    <option value="">{empty_label}</option>
                    {Craft::ALL.iter().map(|&craft| view! { <option value=craft.as_str() selected=chosen == Some(craft)>{strings::craft_label(craft)}</option> }).collect_view()}
                </select>
            </Field>
        </div>
    }
}
