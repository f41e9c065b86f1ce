use super::{Lists, Part, Whose};
use crate::{
    functions,
    parts::{Done, Form, FormError, FormState, PasswordField, Submit},
    words,
};
use leptos::prelude::*;

/// Changing the password, which ends every other way in.
#[component]
pub(super) fn ChangePassword(email: String, lists: Lists) -> impl IntoView {
    let form = FormState::of::<functions::ChangePassword>("password-form");
    lists.follow(form.done);
    view! {
        <Part id="password" title=words::PASSWORD lead=words::PASSWORD_LEAD>
            <FormError failure=form.failure/>
            <Form form class="form" id=form.id>
                <Whose email/>
                <PasswordField form field="current" label=words::CURRENT_PASSWORD/>
                <PasswordField form field="password" label=words::NEW_PASSWORD new=true/>
                <Submit form label=words::CHANGE_PASSWORD busy=words::CHANGING/>
                <Done text=form.says(words::PASSWORD_CHANGED)/>
            </Form>
        </Part>
    }
}
