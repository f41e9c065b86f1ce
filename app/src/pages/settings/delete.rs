use super::section::{SettingsSection, UsernameHint};
use crate::{
    components::{ErrorSummary, FormState, PasswordField, PostForm, SubmitButton},
    live::Outbox,
    server_fns, strings,
};
use leptos::prelude::*;

/// The section to delete the account, behind a disclosure that explains the consequences.
///
/// The browser submits the form even with JavaScript: the live connection ends with the account, and must not redirect
/// to the sign-in page before the confirmation.
#[component]
pub(super) fn DeleteAccount(email: String) -> impl IntoView {
    let outbox = Outbox::current();
    let form = FormState::for_server_fn::<server_fns::DeleteAccount>("delete-form");
    let failed = form.failure.with_untracked(Option::is_some);
    view! {
        <SettingsSection id="delete" title=strings::DELETE_ACCOUNT lead=strings::DELETE_LEAD>
            <ul class="bullet-list">
                {strings::DELETE_POINTS.map(|point| view! { <li>{point}</li> })}
            </ul>
            <details class="danger-zone" open=failed>
                <summary>{strings::DELETE_OPEN}</summary>
                <ErrorSummary form/>
                <PostForm path="/fn/leave" class="form" id=form.id on:submit=move |_| outbox.begin_deletion()>
                    <UsernameHint email/>
                    <PasswordField form field="password" label=strings::YOUR_PASSWORD/>
                    <SubmitButton form label=strings::DELETE_ACCOUNT busy=strings::DELETING danger=true/>
                </PostForm>
            </details>
        </SettingsSection>
    }
}
