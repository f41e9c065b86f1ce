use crate::{
    functions,
    parts::{Failed, Field, FormError, Skeleton, client_id, failure_of, field_error},
    words,
};
use leptos::{either::Either, form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use model::{Person, booking};

/// Asking a talent for a booking.
#[component]
pub fn NewBooking() -> impl IntoView {
    let query = use_query_map();
    let wanted = Memo::new(move |_| query.with(|query| query.get("talent")).unwrap_or_default());
    let talent = Resource::new(move || wanted.get(), functions::load_talent);
    view! {
        <main class="page narrow" id="content">
            <Transition fallback=|| view! { <Skeleton rows=6/> }>
                {move || Suspend::new(async move {
                    match talent.await {
                        Ok(talent) => Either::Left(view! { <Form talent/> }),
                        Err(failure) => Either::Right(view! { <Failed failure/> }),
                    }
                })}
            </Transition>
        </main>
    }
}

#[component]
fn Form(talent: Person) -> impl IntoView {
    let action = ServerAction::<functions::OpenBooking>::new();
    let pending = action.pending();
    let failure = Signal::derive(move || failure_of(action.value().get()));
    let wrong =
        move |field: &'static str| Signal::derive(move || failure.with(|failure| field_error(failure.as_ref(), field)));
    focus_first_fault(failure);
    view! {
        <Title text=words::NEW_BOOKING/>
        <h1>{words::NEW_BOOKING}</h1>
        <p class="muted">{words::booking_with(&talent.name)}</p>
        <FormError failure/>
        <ActionForm action attr:class="form">
            <input type="hidden" name="talent_id" value=talent.id.to_string()/>
            <input type="hidden" name="client_id" value=client_id() autocomplete="off"/>
            <Field id="title" label=words::BOOKING_TITLE help=words::title_limit() error=wrong("title")>
                <input id="title" name="title" required maxlength=booking::TITLE_LIMIT autocomplete="off" aria-describedby="title-help title-error"
                    aria-invalid=move || wrong("title").get().map(|_| "true")/>
            </Field>
            <Field id="event_date" label=words::BOOKING_DATE error=wrong("eventDate")>
                <input id="event_date" name="event_date" type="date" required aria-describedby="event_date-error"
                    aria-invalid=move || wrong("eventDate").get().map(|_| "true")/>
            </Field>
            <Field id="venue" label=words::BOOKING_VENUE error=wrong("venue")>
                <input id="venue" name="venue" required maxlength=booking::VENUE_LIMIT autocomplete="off" aria-describedby="venue-error"
                    aria-invalid=move || wrong("venue").get().map(|_| "true")/>
            </Field>
            <Field id="fee" label=words::BOOKING_FEE help=words::BOOKING_FEE_HELP error=wrong("fee")>
                <input id="fee" name="fee" required inputmode="decimal" autocomplete="off" aria-describedby="fee-help fee-error"
                    aria-invalid=move || wrong("fee").get().map(|_| "true")/>
            </Field>
            <Field id="first-message" label=words::FIRST_MESSAGE error=wrong("message")>
                <textarea id="first-message" name="message" rows="4" required maxlength=model::message::BODY_LIMIT
                    aria-describedby="first-message-error" aria-invalid=move || wrong("message").get().map(|_| "true")></textarea>
            </Field>
            <button class="button primary" type="submit" disabled=pending>
                {move || if pending.get() { words::SENDING_INQUIRY } else { words::SEND_INQUIRY }}
            </button>
        </ActionForm>
    }
}

/// Takes the keyboard to the first field that needs another look.
fn focus_first_fault(failure: Signal<Option<crate::answer::Failure>>) {
    Effect::new(move || {
        if failure.with(Option::is_some) {
            request_animation_frame(|| {
                let first = document().query_selector("[aria-invalid=true]").ok().flatten();
                if let Some(field) =
                    first.and_then(|field| web_sys::wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(field).ok())
                {
                    let _ = field.focus();
                }
            });
        }
    });
}
