use crate::{
    components::{
        BookingTerms, IsolatedText, LoadError, PageTitle, Skeleton, Time, TimeFormat, locale::Locale, page_of_param,
    },
    page_resource::page_resource,
    paths::conversation_path,
    request_error::ForPerson,
    server_fns, strings,
};
use leptos::{either::Either, prelude::*};
use model::{Message, PersonId, Thread};

/// A conversation as a document to print: the facts, then all messages.
#[component]
pub fn Transcript() -> impl IntoView {
    page_of_param("id", |id| view! { <TranscriptLoader id/> }.into_any())
}

#[component]
fn TranscriptLoader(id: String) -> impl IntoView {
    let found = page_resource(|| (), move |()| server_fns::load_transcript(id.clone()));
    view! {
        <main class="page transcript" id="content">
            <Transition fallback=|| view! { <Skeleton rows=6/> }>
                {move || Suspend::new(async move {
                    match found.await {
                        Ok(for_person) => Either::Left(view! { <TranscriptView for_person/> }),
                        Err(failure) => Either::Right(view! { <LoadError failure/> }),
                    }
                })}
            </Transition>
        </main>
    }
}

/// A snapshot: what arrives while it is open isn't added to it.
#[component]
fn TranscriptView(for_person: ForPerson<Thread>) -> impl IntoView {
    let locale = Locale::current();
    let ForPerson { me, view: Thread { conversation, messages, has_more, .. } } = for_person;
    let role = conversation.booking.role_of(me);
    let status = strings::booking_status_label(conversation.booking.status, role);
    let title = strings::conversation_with(&conversation.counterpart.name);
    let count = messages.len();
    view! {
        <PageTitle text=title.clone()/>
        <h1>{title}</h1>
        <p class="no-print">
            <a class="button" href=conversation_path(conversation.id)>{strings::OPEN_CONVERSATION}</a>
            // Without JavaScript, the browser's menu prints.
            {move || locale.is_hydrated().then(|| view! {
                <button class="button primary" type="button" on:click=|_| { let _ = window().print(); }>{strings::PRINT}</button>
            })}
        </p>
        <BookingTerms booking=conversation.booking status/>
        {has_more.then(|| view! { <p class="muted">{strings::newest_messages(count)}</p> })}
        <div class="transcript-messages">
            {messages.into_iter().map(|message| view! { <Row me message/> }).collect_view()}
        </div>
    }
}

#[component]
fn Row(me: PersonId, message: Message) -> impl IntoView {
    let Message { sender, body, booking_status, created_at, .. } = message;
    let mine = sender.id == me;
    let text = match booking_status {
        Some(status) => strings::booking_event_text(status, (!mine).then_some(sender.name.as_str())),
        None => body,
    };
    let by = booking_status.is_none().then(|| view! { <b><IsolatedText text=sender.name/></b>" " });
    view! {
        <div class="transcript-message">
            <p>{by}<Time at=created_at format=TimeFormat::Exact/></p>
            <p class="transcript-text" dir="auto">{text}</p>
        </div>
    }
}
