use super::section::{SettingsSection, UsernameHint};
use crate::{
    components::{ErrorSummary, Flash, Form, FormState, PasswordField, SubmitButton, TextField},
    server_fns, strings,
};
use leptos::prelude::*;
use model::person::EMAIL_LIMIT;

/// The section to change the e-mail address. It changes when the mailed link is opened and confirmed.
#[component]
pub(super) fn ChangeEmail(email: String) -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::ChangeEmail>("email-form");
    view! {
        <SettingsSection id="email" title=strings::EMAIL lead=strings::signs_in_with(&email)>
            <ErrorSummary form/>
            <Form form class="form" id=form.id>
                <UsernameHint email/>
                <TextField form field="email" label=strings::NEW_EMAIL help=strings::NEW_EMAIL_HELP kind="email" limit=EMAIL_LIMIT autocomplete="email" clears=true/>
                <PasswordField form field="password" label=strings::YOUR_PASSWORD/>
                <SubmitButton form label=strings::CHANGE_EMAIL busy=strings::CHANGING/>
                <Flash text=form.done_text(strings::EMAIL_ASKED)/>
            </Form>
        </SettingsSection>
    }
}
