use super::section::SettingsSection;
use crate::{
    components::{
        ErrorSummary, Field, Flash, Form, FormState, RadioGroup, SubmitButton, TextAreaField, TextField, role_choices,
    },
    reactive::effect,
    server_fns, strings,
};
use leptos::prelude::*;
use model::{Account, Craft, Role, account::BIO_LIMIT, person::NAME_LIMIT};

/// The section for the public profile.
#[component]
pub(super) fn Profile(account: Account, can_change_role: bool) -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::ChangeAccount>("profile-form");
    let Account { user, craft, bio, .. } = account;
    view! {
        <SettingsSection id="profile" title=strings::PROFILE lead=strings::joined_as(user.role)>
            <ErrorSummary form/>
            <Form form class="form" id=form.id>
                <TextField form field="name" label=strings::NAME limit=NAME_LIMIT autocomplete="name" value=user.name/>
                {(user.role == Role::Talent).then(|| view! { <TalentFields form craft bio/> })}
                <SubmitButton form label=strings::SAVE busy=strings::SAVING/>
                <Flash text=form.done_text(strings::SAVED)/>
            </Form>
            {can_change_role.then(|| view! { <ChangeRole role=user.role/> })}
        </SettingsSection>
    }
}

/// The form to change the role, possible as long as there is no booking.
#[component]
fn ChangeRole(role: Role) -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::ChangeRole>("role-form");
    // The whole page depends on the role, from the top bar to the fields above: reload it.
    effect(move || {
        if form.done.get() {
            let _ = window().location().set_href("/settings?done=role");
        }
    });
    view! {
        <ErrorSummary form/>
        <Form form class="form" id=form.id>
            <RadioGroup form field="role" legend=strings::JOIN_AS choices=role_choices() chosen=role.as_str()/>
            <SubmitButton form label=strings::CHANGE_ROLE busy=strings::CHANGING/>
        </Form>
    }
}

#[component]
fn TalentFields(form: FormState, craft: Option<Craft>, bio: String) -> impl IntoView {
    let craft = form.flashed_value("craft").map_or(craft, |flashed| flashed.parse().ok());
    form.describe_field("craft", "profile-craft", strings::CRAFT);
    view! {
        <Field id="profile-craft" label=strings::CRAFT error=form.field_error("craft")>
            <select id="profile-craft" name="craft" aria-describedby="profile-craft-error">
                <option value="">{strings::NO_CRAFT}</option>
                {Craft::ALL.iter().map(|&known| view! {
                    <option value=known.as_str() selected=craft == Some(known)>{strings::craft_label(known)}</option>
                }).collect_view()}
            </select>
        </Field>
        <TextAreaField form field="bio" label=strings::BIO help=strings::bio_help() limit=BIO_LIMIT value=bio/>
    }
}
