use crate::{
    components::{Glyph, Icon, LinkedText, focus_on},
    live::{
        Outbox,
        outbox::{PendingMessage, SendState},
    },
    request_error::RequestError,
    strings,
};
use leptos::prelude::*;
use model::{ApiError, ClientId};

/// What the focus moves to when the button that has it disappears: another unsent message, else the composer.
const AFTER_BUTTON: &str = ".pending button, #message";

/// Shows a message that is being sent, that is queued, or that was refused.
#[component]
pub(super) fn PendingMessageRow(entry: PendingMessage) -> impl IntoView {
    let is_stored = entry.is_stored();
    let PendingMessage { client_id, body, state, .. } = entry;
    let status = match state {
        SendState::Sending => view! { <p class="status">{strings::SENDING}</p> }.into_any(),
        SendState::Sent => view! { <p class="status">{strings::SENT}</p> }.into_any(),
        SendState::Failed(failure) if failure.is_transient() => view! {
            <p class="status queued">
                <Icon glyph=Glyph::Clock/> {queued_reason(&failure)} {(!is_stored).then_some(strings::QUEUED_UNKEPT)}
                <DiscardButton client_id/>
            </p>
        }
        .into_any(),
        SendState::Failed(failure) => view! { <Refused client_id failure/> }.into_any(),
    };
    view! {
        <div class="message mine first pending" aria-live="off">
            <div class="bubble" dir="auto"><p class="message-text"><LinkedText text=body/></p></div>
            {status}
        </div>
    }
}

/// Says why a message was refused. Only then can the person do something about it.
#[component]
fn Refused(client_id: ClientId, failure: RequestError) -> impl IntoView {
    let outbox = Outbox::current();
    let retry = move |_| {
        outbox.retry_message(client_id);
        focus_on("#message");
    };
    let reason = match &failure {
        RequestError::Refused(refusal) => strings::error_text(refusal),
        RequestError::Network | RequestError::TimedOut => strings::UNREACHED.to_owned(),
    };
    view! {
        <p class="status failed" role="alert">
            <Icon glyph=Glyph::Warning/> {strings::NOT_SENT} ". " {reason}
            <button type="button" class="link" on:click=retry>{strings::RETRY}</button>
            <DiscardButton client_id/>
        </p>
    }
}

#[component]
fn DiscardButton(client_id: ClientId) -> impl IntoView {
    let outbox = Outbox::current();
    let discard = move |_| {
        outbox.discard_message(client_id);
        focus_on(AFTER_BUTTON);
    };
    view! { <button type="button" class="link" on:click=discard>{strings::DISCARD}</button> }
}

/// Says why a message is queued. It is sent by itself then.
fn queued_reason(failure: &RequestError) -> &'static str {
    match failure {
        RequestError::Refused(ApiError::Unauthenticated | ApiError::OtherPerson) => strings::QUEUED_FOR_SIGN_IN,
        RequestError::Refused(ApiError::StorageFull) => strings::QUEUED_FOR_SPACE,
        RequestError::Refused(_) => strings::QUEUED_FOR_SERVER,
        RequestError::Network | RequestError::TimedOut => strings::QUEUED,
    }
}
