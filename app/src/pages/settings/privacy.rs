use super::Part;
use crate::{
    functions,
    parts::{Choice, Done, Form, FormError, FormState, Radios, Submit},
    words,
};
use leptos::prelude::*;
use model::Account;

/// What others see of what one does. Whoever hides it doesn't see it of others.
#[component]
pub(super) fn Privacy(account: Account) -> impl IntoView {
    let form = FormState::of::<functions::ChangePrivacy>("privacy-form");
    let choices = |on: &'static str, off: &'static str| {
        [("true", on), ("false", off)].map(|(value, label)| Choice { value, label, help: None }).to_vec()
    };
    let receipts = choices(words::RECEIPTS_ON, words::RECEIPTS_OFF);
    let presence = choices(words::PRESENCE_ON, words::PRESENCE_OFF);
    view! {
        <Part id="privacy" title=words::PRIVACY lead=words::PRIVACY_LEAD>
            <FormError failure=form.failure/>
            <Form form class="form" id=form.id>
                <Radios form field="receipts" legend=words::RECEIPTS choices=receipts chosen=account.receipts.to_string()/>
                <Radios form field="presence" legend=words::PRESENCE choices=presence chosen=account.presence.to_string()/>
                <Submit form label=words::SAVE busy=words::SAVING/>
                <Done text=form.says(words::SAVED)/>
            </Form>
        </Part>
    }
}
