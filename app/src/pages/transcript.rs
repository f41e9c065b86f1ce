use crate::{
    components::{
        BookingTerms, Glyph, Icon, IsolatedText, LoadError, PageTitle, Skeleton, Time, TimeFormat, locale::Locale,
        page_of_param,
    },
    page_resource::page_resource,
    paths::conversation_path,
    request_error::ForPerson,
    server_fns, strings,
};
use leptos::{either::Either, prelude::*};
use model::{Message, Thread};

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
    let (count, first) = (messages.len(), messages.first().map(|message| message.seq.to_string()));
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
        // The numbers stand where no text of a message reaches.
        <ol class="transcript-messages" start=first>
            {messages.into_iter().map(|message| view! { <Row message/> }).collect_view()}
        </ol>
    }
}

#[component]
fn Row(message: Message) -> impl IntoView {
    let Message { sender, body, booking_status, created_at, .. } = message;
    let at = view! { <Time at=created_at format=TimeFormat::Exact/> };
    match booking_status {
        Some(status) => Either::Left(view! {
            <li class="transcript-event">
                <p><Icon glyph=Glyph::Calendar/> <span>{strings::booking_event_text(status, Some(&sender.name))}</span> " " {at}</p>
            </li>
        }),
        None => Either::Right(view! {
            <li class="transcript-message">
                <p><b><IsolatedText text=sender.name/></b> " " {at}</p>
                <blockquote class="transcript-text"><p dir="auto">{body}</p></blockquote>
            </li>
        }),
    }
}
