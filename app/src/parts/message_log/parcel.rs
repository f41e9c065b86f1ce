use crate::{
    answer::Failure,
    live::{
        Outbox,
        outbox::{Parcel, Stage},
    },
    parts::{Glyph, Icon, LinkedText},
    words,
};
use leptos::prelude::*;
use model::ApiError;

/// A message on its way, or one that didn't go out.
#[component]
pub(super) fn ParcelRow(parcel: Parcel) -> impl IntoView {
    let is_kept = parcel.is_kept();
    let Parcel { client_id, body, stage, .. } = parcel;
    let outbox = Outbox::current();
    let status = match stage {
        Stage::Sending => view! { <p class="status">{words::SENDING}</p> }.into_any(),
        Stage::Sent => view! { <p class="status">{words::SENT}</p> }.into_any(),
        Stage::Failed(failure) => view! {
            <p class="status failed" role="alert">
                <Icon glyph=Glyph::Warning/> {words::NOT_SENT} ". " {reason(&failure)}
                {(!is_kept && failure.passes()).then_some(words::WAITING_UNKEPT)}
                <button type="button" class="link" on:click=move |_| outbox.retry(client_id)>{words::RETRY}</button>
                <button type="button" class="link" on:click=move |_| outbox.discard(client_id)>{words::DISCARD}</button>
            </p>
        }
        .into_any(),
    };
    view! {
        <div class="message mine first" aria-live="off">
            <p class="bubble" dir="auto"><LinkedText text=body/></p>
            {status}
        </div>
    }
}

fn reason(failure: &Failure) -> String {
    match failure {
        Failure::Unreached | Failure::TimedOut => words::WAITING.to_owned(),
        Failure::Refused(ApiError::Unauthenticated | ApiError::OtherPerson) => words::WAITING_FOR_SIGN_IN.to_owned(),
        Failure::Refused(ApiError::StorageFull) => words::WAITING_FOR_SPACE.to_owned(),
        Failure::Refused(refusal) => words::refusal(refusal),
    }
}
