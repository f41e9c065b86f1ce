use crate::{
    components::{
        AcceptOrDecline, BookingActionError, BookingActions, BookingFacts, CancelBooking, IsolatedText, LoadError,
        PageTitle, Skeleton, StatusChip, page_of_param,
    },
    live::Live,
    reactive::memo,
    request_error::ForPerson,
    server_fn_client::page_resource,
    server_fns, strings,
};
use leptos::{either::Either, prelude::*};
use model::BookingView;

/// The page of a booking.
#[component]
pub fn BookingPage() -> impl IntoView {
    page_of_param("id", |id| view! { <BookingLoader id/> }.into_any())
}

#[component]
fn BookingLoader(id: String) -> impl IntoView {
    let live = Live::current();
    let found = page_resource(move || live.reload_generation.get(), move |_| server_fns::load_booking(id.clone()));
    view! {
        <main class="page narrow" id="content">
            <Transition fallback=|| view! { <Skeleton rows=6/> }>
                {move || Suspend::new(async move {
                    match found.await {
                        Ok(for_person) => Either::Left(view! { <Details for_person/> }),
                        Err(failure) => Either::Right(view! { <LoadError failure/> }),
                    }
                })}
            </Transition>
        </main>
    }
}

#[component]
fn Details(for_person: ForPerson<BookingView>) -> impl IntoView {
    let me = for_person.me;
    let view = Live::current().subscribe(for_person);
    let conversation = memo(move || view.with(|view| view.conversation.clone()));
    let booking = memo(move || conversation.with(|conversation| conversation.booking.clone()));
    let role = booking.with_untracked(|booking| booking.role_of(me));
    let (id, title) = conversation.with_untracked(|known| (known.id, known.booking.title.clone()));
    let actions = BookingActions::new("#booking-status");
    view! {
        <PageTitle text=title.clone()/>
        <h1><IsolatedText text=title/></h1>
        <p id="booking-status" tabindex="-1">{move || booking.with(|booking| view! { <StatusChip status=booking.status role/> })}</p>
        <BookingFacts booking/>
        <BookingActionError actions/>
        <AcceptOrDecline actions conversation/>
        <p><a class="button" href=format!("/conversations/{id}")>{strings::OPEN_CONVERSATION}</a></p>
        <CancelBooking actions conversation/>
    }
}
