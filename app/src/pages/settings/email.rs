use super::{Part, Whose};
use crate::{
    functions,
    parts::{Done, FormError, FormState, PasswordField, Submit, TextField},
    words,
};
use leptos::{form::ActionForm, prelude::*};
use model::person::EMAIL_LIMIT;

/// Asking for another address. It changes once the link that is mailed there was opened.
#[component]
pub(super) fn ChangeEmail(email: String) -> impl IntoView {
    let action = ServerAction::<functions::ChangeEmail>::new();
    let form = FormState::of("email-form", action);
    view! {
        <Part id="email" title=words::EMAIL lead=words::signs_in_with(&email)>
            <FormError failure=form.failure/>
            <ActionForm action attr:class="form" attr:id=form.id>
                <Whose email/>
                <TextField form field="email" label=words::NEW_EMAIL help=words::NEW_EMAIL_HELP kind="email" maxlength=EMAIL_LIMIT autocomplete="email" clears=true/>
                <PasswordField form field="password" label=words::YOUR_PASSWORD/>
                <Submit form label=words::CHANGE_EMAIL busy=words::CHANGING/>
                <Done text=form.says(words::EMAIL_ASKED)/>
            </ActionForm>
        </Part>
    }
}
