use crate::{
    components::{Glyph, Icon, LinkedText},
    live::{
        Outbox,
        outbox::{PendingMessage, SendState},
    },
    request_error::RequestError,
    strings,
};
use leptos::prelude::*;
use model::ApiError;

/// Shows a message that is being sent, or that failed.
#[component]
pub(super) fn PendingMessageRow(entry: PendingMessage) -> impl IntoView {
    let is_stored = entry.is_stored();
    let PendingMessage { client_id, body, state, .. } = entry;
    let outbox = Outbox::current();
    let status = match state {
        SendState::Sending => view! { <p class="status">{strings::SENDING}</p> }.into_any(),
        SendState::Sent => view! { <p class="status">{strings::SENT}</p> }.into_any(),
        SendState::Failed(failure) => view! {
            <p class="status failed" role="alert">
                <Icon glyph=Glyph::Warning/> {strings::NOT_SENT} ". " {failure_reason(&failure)}
                {(!is_stored && failure.is_transient()).then_some(strings::WAITING_UNKEPT)}
                <button type="button" class="link" on:click=move |_| outbox.retry_message(client_id)>{strings::RETRY}</button>
                <button type="button" class="link" on:click=move |_| outbox.discard_message(client_id)>{strings::DISCARD}</button>
            </p>
        }
        .into_any(),
    };
    view! {
        <div class="message mine first" aria-live="off">
            <div class="bubble" dir="auto"><p class="message-text"><LinkedText text=body/></p></div>
            {status}
        </div>
    }
}

fn failure_reason(failure: &RequestError) -> String {
    match failure {
        RequestError::Network | RequestError::TimedOut => strings::WAITING.to_owned(),
        RequestError::Refused(ApiError::Unauthenticated | ApiError::OtherPerson) => {
            strings::WAITING_FOR_SIGN_IN.to_owned()
        }
        RequestError::Refused(ApiError::StorageFull) => strings::WAITING_FOR_SPACE.to_owned(),
        RequestError::Refused(refusal) => strings::error_text(refusal),
    }
}
