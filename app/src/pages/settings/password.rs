use super::{Lists, Part, Whose};
use crate::{
    functions,
    parts::{Done, FormError, FormState, PasswordField, Submit},
    words,
};
use leptos::{form::ActionForm, prelude::*};

/// Changing the password, which ends every other way in.
#[component]
pub(super) fn ChangePassword(email: String, lists: Lists) -> impl IntoView {
    let action = ServerAction::<functions::ChangePassword>::new();
    let form = FormState::of("password-form", action);
    lists.follow(form.done);
    view! {
        <Part id="password" title=words::PASSWORD lead=words::PASSWORD_LEAD>
            <FormError failure=form.failure/>
            <ActionForm action attr:class="form" attr:id=form.id>
                <Whose email/>
                <PasswordField form field="current" label=words::CURRENT_PASSWORD/>
                <PasswordField form field="password" label=words::NEW_PASSWORD new=true/>
                <Submit form label=words::CHANGE_PASSWORD busy=words::CHANGING/>
                <Done text=form.says(words::PASSWORD_CHANGED)/>
            </ActionForm>
        </Part>
    }
}
