use super::{
    access_lists::AccessLists,
    section::{SettingsSection, UsernameHint},
};
use crate::{
    components::{ErrorSummary, Flash, Form, FormState, PasswordField, SubmitButton},
    server_fns, strings,
};
use leptos::prelude::*;

/// The section to change the password, which ends all other sessions and tokens.
#[component]
pub(super) fn ChangePassword(email: String, lists: AccessLists) -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::ChangePassword>("password-form");
    lists.reload_after(form.done);
    view! {
        <SettingsSection id="password" title=strings::PASSWORD lead=strings::PASSWORD_LEAD>
            <ErrorSummary form/>
            <Form form class="form" id=form.id>
                <UsernameHint email/>
                <PasswordField form field="current" label=strings::CURRENT_PASSWORD/>
                <PasswordField form field="password" label=strings::NEW_PASSWORD new=true/>
                <SubmitButton form label=strings::CHANGE_PASSWORD busy=strings::CHANGING/>
                <Flash text=form.done_text(strings::PASSWORD_CHANGED)/>
            </Form>
        </SettingsSection>
    }
}
