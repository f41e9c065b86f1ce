use super::section::SettingsSection;
use crate::{
    components::{Choice, ErrorSummary, Flash, Form, FormState, RadioGroup, SubmitButton},
    request_error::RequestError,
    server_fns, strings,
};
use leptos::prelude::*;
use model::{ApiError, EmailDelay};

/// The section to choose after which time a mail reports an unread message.
#[component]
pub(super) fn MailAboutUnread(mail_after: EmailDelay) -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::ChangeAccount>("mail-form");
    // Without JavaScript the URL names only the server function of a failure, and the profile's form uses the same one.
    let own = |failure: &RequestError| match failure {
        RequestError::Refused(error @ ApiError::Invalid { .. }) => error.field_error("mailAfter").is_some(),
        _ => true,
    };
    let failure = Signal::derive(move || form.failure.get().filter(own));
    let choice =
        |after: EmailDelay| Choice { value: after.as_str(), label: strings::email_delay_label(after), help: None };
    let choices = EmailDelay::ALL.iter().copied().map(choice).collect::<Vec<_>>();
    view! {
        <SettingsSection id="mail" title=strings::MAIL lead=strings::MAIL_LEAD>
            <ErrorSummary form failure/>
            <Form form class="form" id=form.id>
                <RadioGroup form field="mail_after" error_field="mailAfter" legend=strings::MAIL_AFTER choices chosen=mail_after.as_str()/>
                <SubmitButton form label=strings::SAVE busy=strings::SAVING/>
                <Flash text=form.done_text(strings::SAVED)/>
            </Form>
        </SettingsSection>
    }
}
