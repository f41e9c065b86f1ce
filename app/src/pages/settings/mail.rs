use super::SettingsSection;
use crate::{
    components::{Choice, Flash, Form, FormError, FormState, RadioGroup, SubmitButton},
    request_error::RequestError,
    server_fns, strings,
};
use leptos::prelude::*;
use model::{ApiError, EmailDelay};

/// How long a message stays unread before a mail tells of it.
#[component]
pub(super) fn MailAboutUnread(mail_after: EmailDelay) -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::ChangeAccount>("mail-form");
    // Without JavaScript, what failed is told by the function's name, and the profile has the same one.
    let own = |failure: &RequestError| match failure {
        RequestError::Refused(refusal @ ApiError::Invalid { .. }) => refusal.field_error("mailAfter").is_some(),
        _ => true,
    };
    let failure = Signal::derive(move || form.failure.get().filter(own));
    let choice =
        |after: EmailDelay| Choice { value: after.as_str(), label: strings::email_delay_label(after), help: None };
    let choices = EmailDelay::ALL.iter().copied().map(choice).collect::<Vec<_>>();
    view! {
        <SettingsSection id="mail" title=strings::MAIL lead=strings::MAIL_LEAD>
            <FormError failure/>
            <Form form class="form" id=form.id>
                <RadioGroup form field="mail_after" fault="mailAfter" legend=strings::MAIL_AFTER choices chosen=mail_after.as_str()/>
                <SubmitButton form label=strings::SAVE busy=strings::SAVING/>
                <Flash text=form.done_text(strings::SAVED)/>
            </Form>
        </SettingsSection>
    }
}
