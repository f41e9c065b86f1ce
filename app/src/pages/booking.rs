use crate::{
    functions,
    parts::{BookingFacts, Failed, Skeleton, StatusChip},
    words,
};
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::Conversation;

/// One booking.
#[component]
pub fn BookingPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let found = Resource::new(move || id.get(), functions::load_booking);
    view! {
        <main class="page narrow" id="content">
            <Transition fallback=|| view! { <Skeleton rows=6/> }>
                {move || Suspend::new(async move {
                    match found.await {
                        Ok(conversation) => Either::Left(view! { <Details conversation/> }),
                        Err(failure) => Either::Right(view! { <Failed failure/> }),
                    }
                })}
            </Transition>
        </main>
    }
}

#[component]
fn Details(conversation: Conversation) -> impl IntoView {
    let Conversation { id, booking, .. } = conversation;
    let (title, status) = (booking.title.clone(), booking.status);
    view! {
        <Title text=title.clone()/>
        <h1>{title}</h1>
        <p><StatusChip status/></p>
        <BookingFacts booking/>
        <p><a class="button primary" href=format!("/conversations/{id}")>{words::OPEN_CONVERSATION}</a></p>
    }
}
