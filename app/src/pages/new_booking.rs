use crate::{
    components::{
        ErrorSummary, Field, Form, FormState, LoadError, PageTitle, Skeleton, SubmitButton, TextAreaField, TextField,
        new_client_id, page_of_query,
    },
    page_resource::page_resource,
    server_fns, strings,
};
use leptos::{either::Either, prelude::*};
use model::{Person, booking, message};

/// The page to send a talent a booking inquiry.
#[component]
pub fn NewBooking() -> impl IntoView {
    page_of_query("talent", |talent| view! { <InquiryLoader id=talent.unwrap_or_default()/> }.into_any())
}

#[component]
fn InquiryLoader(id: String) -> impl IntoView {
    let talent = page_resource(|| (), move |()| server_fns::load_talent(id.clone()));
    // They outlive a reload: what was typed may have been sent already, under this id.
    let form = FormState::for_server_fn::<server_fns::OpenBooking>("new-booking");
    let client_id = StoredValue::new(new_client_id());
    view! {
        <main class="page narrow" id="content">
            <Transition fallback=|| view! { <Skeleton rows=6/> }>
                {move || Suspend::new(async move {
                    match talent.await {
                        Ok(talent) => Either::Left(view! { <Inquiry talent form client_id/> }),
                        Err(failure) => Either::Right(view! { <LoadError failure/> }),
                    }
                })}
            </Transition>
        </main>
    }
}

#[component]
fn Inquiry(talent: Person, form: FormState, client_id: StoredValue<String>) -> impl IntoView {
    let date = form.field_error("eventDate");
    view! {
        <PageTitle text=strings::NEW_BOOKING/>
        <h1>{strings::NEW_BOOKING}</h1>
        <p class="muted">{strings::inquiry_lead(&talent.name)}</p>
        <ErrorSummary form/>
        <Form form class="form" id=form.id>
            <input type="hidden" name="talent_id" value=talent.id.to_string()/>
            <input type="hidden" name="client_id" value=client_id.get_value() autocomplete="off"/>
            <TextField form field="title" label=strings::BOOKING_TITLE help=strings::title_help() limit=booking::TITLE_LIMIT/>
            <Field id="event_date" label=strings::BOOKING_DATE error=date>
                {form.describe_field("eventDate", "event_date", strings::BOOKING_DATE)}
                <input id="event_date" name="event_date" type="date" required value=form.flashed_value("event_date") aria-describedby="event_date-error"
                    autofocus=date.get_untracked().is_some() aria-invalid=move || date.get().map(|_| "true")/>
            </Field>
            <TextField form field="venue" label=strings::BOOKING_VENUE limit=booking::VENUE_LIMIT/>
            <TextField form field="fee" label=strings::BOOKING_FEE help=strings::BOOKING_FEE_HELP inputmode="decimal"/>
            <TextAreaField form field="message" label=strings::FIRST_MESSAGE limit=message::BODY_LIMIT required=true/>
            <SubmitButton form label=strings::SEND_INQUIRY busy=strings::SENDING_INQUIRY/>
        </Form>
    }
}
