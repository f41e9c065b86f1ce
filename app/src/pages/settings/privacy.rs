use super::section::SettingsSection;
use crate::{
    components::{Choice, ErrorSummary, Flash, Form, FormState, RadioGroup, SubmitButton},
    server_fns, strings,
};
use leptos::prelude::*;
use model::Account;

/// The section to hide read receipts and presence. A person who hides them doesn't see those of others.
#[component]
pub(super) fn Privacy(account: Account) -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::ChangePrivacy>("privacy-form");
    let choices = |on: &'static str, off: &'static str| {
        [("true", on), ("false", off)].map(|(value, label)| Choice { value, label, help: None }).to_vec()
    };
    let receipts = choices(strings::RECEIPTS_ON, strings::RECEIPTS_OFF);
    let presence = choices(strings::PRESENCE_ON, strings::PRESENCE_OFF);
    view! {
        <SettingsSection id="privacy" title=strings::PRIVACY lead=strings::PRIVACY_LEAD>
            <ErrorSummary form/>
            <Form form class="form" id=form.id>
                <RadioGroup form field="receipts" legend=strings::RECEIPTS choices=receipts chosen=account.receipts.to_string()/>
                <RadioGroup form field="presence" legend=strings::PRESENCE choices=presence chosen=account.presence.to_string()/>
                <SubmitButton form label=strings::SAVE busy=strings::SAVING/>
                <Flash text=form.done_text(strings::SAVED)/>
            </Form>
        </SettingsSection>
    }
}
