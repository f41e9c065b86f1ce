use super::section::SettingsSection;
use crate::{
    components::{
        Choice, CraftField, ErrorSummary, Flash, Form, FormState, RadioGroup, SubmitButton, TextAreaField, TextField,
        role_choices,
    },
    json,
    reactive::{effect, memo},
    server_fns, strings,
};
use leptos::prelude::*;
use model::{Account, Role, account::BIO_LIMIT, person::NAME_LIMIT};

/// The section for the public profile.
#[component]
pub(super) fn Profile(account: Account, can_change_role: bool) -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::ChangeAccount>("profile-form");
    let (user, is_talent) = (account.user.clone(), account.user.role == Role::Talent);
    view! {
        <SettingsSection id="profile" title=strings::PROFILE lead=strings::joined_as(user.role)>
            <ErrorSummary form/>
            <Form form class="form" id=form.id>
                <TextField form field="name" label=strings::NAME limit=NAME_LIMIT autocomplete="name" value=user.name/>
                {is_talent.then(|| view! { <TalentFields form account/> })}
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
    // The whole page depends on the role, from the navigation to the fields above: reload it.
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
fn TalentFields(form: FormState, account: Account) -> impl IntoView {
    let Account { craft, bio, slug, public_profile, .. } = account;
    view! {
        <CraftField form class="" empty_label=strings::NO_CRAFT help="" chosen=craft/>
        <TextAreaField form field="bio" label=strings::BIO help=strings::bio_help() limit=BIO_LIMIT value=bio/>
        <Visibility form public_profile/>
        <ProfileLink form slug/>
    }
}

#[component]
fn Visibility(form: FormState, public_profile: bool) -> impl IntoView {
    let choice = |value, label, help| Choice { value, label, help };
    let choices = vec![
        choice("true", strings::PROFILE_PUBLIC, Some(strings::PROFILE_PUBLIC_HELP)),
        choice("false", strings::PROFILE_SIGNED_IN, None),
    ];
    view! {
        <RadioGroup form field="public_profile" error_field="publicProfile" legend=strings::WHO_SEES_PROFILE choices chosen=public_profile.to_string()/>
    }
}

/// The link to the profile, which keeps its slug when the name changes unless its owner asks for a new one.
#[component]
fn ProfileLink(form: FormState, slug: Option<String>) -> impl IntoView {
    let choice = |value, label, help| Choice { value, label, help };
    let choices = vec![
        choice("false", strings::KEEP_LINK, None),
        choice("true", strings::RENEW_LINK, Some(strings::RENEW_LINK_HELP)),
    ];
    let saved =
        move || form.result.with(|result| json::from_str::<Account>(result.as_ref()?.as_ref().ok()?).ok()?.slug);
    let path = memo(move || saved().or_else(|| slug.clone()).map(|slug| format!("/t/{slug}")));
    view! {
        <p>{strings::PROFILE_LINK} " " <a href=move || path.get()>{move || path.get()}</a></p>
        <RadioGroup form field="renew_slug" error_field="renewSlug" legend=strings::CHANGE_LINK choices chosen="false"/>
    }
}
