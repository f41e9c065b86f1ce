use super::section::UsernameHint;
use crate::{
    components::{ErrorSummary, Flash, Form, FormState, PasswordField, SubmitButton},
    reactive::effect,
    server_fns, strings,
};
use leptos::prelude::*;

/// Asks for the password again, if it was typed too long ago for access tokens and the data export.
#[component]
pub(super) fn ConfirmPassword(id: &'static str, email: String, confirmed: RwSignal<bool>) -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::ConfirmPassword>(id);
    effect(move || {
        if form.done.get() {
            confirmed.set(true);
        }
    });
    view! {
        <p class="muted">{strings::CONFIRM_FIRST}</p>
        <ErrorSummary form/>
        <Form form class="form" id=form.id>
            <UsernameHint email/>
            <PasswordField form field="password" label=strings::YOUR_PASSWORD/>
            <SubmitButton form label=strings::CONFIRM_PASSWORD busy=strings::CONFIRMING_PASSWORD/>
            <Flash text=form.done_text(strings::PASSWORD_CONFIRMED)/>
        </Form>
    }
}
