use crate::{
    components::{
        BookingActionError, BookingActions, CancelBooking, DecisionCard, LoadError, PageTitle, Skeleton, Ticket,
        page_of_param,
    },
    live::{ClashCheck, Live, WithClashes},
    page_resource::page_resource,
    paths::conversation_path,
    reactive::memo,
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
    let found = page_resource(
        || (),
        move |()| {
            let id = id.clone();
            async move {
                let loaded = server_fns::load_booking(id).await?;
                Ok(WithClashes::load(loaded, |view: &BookingView| &view.conversation.booking).await)
            }
        },
    );
    view! {
        <main class="page narrow" id="content">
            <Transition fallback=|| view! { <Skeleton rows=6/> }>
                {move || Suspend::new(async move {
                    match found.await {
                        Ok(loaded) => Either::Left(view! { <Details loaded/> }),
                        Err(failure) => Either::Right(view! { <LoadError failure/> }),
                    }
                })}
            </Transition>
        </main>
    }
}

#[component]
fn Details(loaded: WithClashes<BookingView>) -> impl IntoView {
    let WithClashes { for_person, clashes } = loaded;
    let me = for_person.me;
    let view = Live::current().subscribe(for_person);
    let conversation = memo(move || view.with(|view| view.conversation.clone()));
    let booking = memo(move || conversation.with(|conversation| conversation.booking.clone()));
    let known = booking.get_untracked();
    let (role, clashes) = (known.role_of(me), ClashCheck::new(clashes, me, &known));
    let path = conversation.with_untracked(|conversation| conversation_path(conversation.id));
    let (print, message_box) = (format!("{path}/print"), format!("{path}#message"));
    let actions = BookingActions::new("#booking-status", me, known.id, move |status| {
        view.try_update(|view| view.conversation.booking.advance_to(status));
    });
    view! {
        <PageTitle text=known.title/>
        <p><a class="link" href="/bookings">{strings::ALL_BOOKINGS}</a></p>
        <Ticket booking role is_page=true>
            <a class="link" href=print rel="external">{strings::PRINT_CONVERSATION}</a>
            <CancelBooking actions conversation/>
        </Ticket>
        <BookingActionError actions/>
        <DecisionCard actions conversation role clashes message_box/>
        <p><a class="button" href=path>{strings::OPEN_CONVERSATION}</a></p>
    }
}
