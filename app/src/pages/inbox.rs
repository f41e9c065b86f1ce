use crate::{
    components::{InboxRow, LoadError, NoConversations, PageTitle, Skeleton},
    live::Live,
    reactive::{effect, keyed_list, memo},
    request_error::{ForPerson, view_of},
    server_fn_client::page_resource,
    server_fns, strings,
};
use leptos::{either::Either, prelude::*, task::spawn_local};
use leptos_router::{
    components::Outlet,
    hooks::{use_location, use_query_map},
};
use model::Inbox;

/// The inbox next to a thread; narrow screens show one at a time.
#[component]
pub fn InboxLayout() -> impl IntoView {
    let live = Live::current();
    let (query, location) = (use_query_map(), use_location());
    let page = memo(move || query.with(|query| query.get("page")));
    let inbox = page_resource(
        move || (live.reload_generation.get(), live.needs_reload.get(), page.get()),
        |(_, _, page)| server_fns::load_inbox(page),
    );
    let in_thread = move || location.pathname.with(|path| path.starts_with("/conversations/"));
    view! {
        <div class="messages" class:in-thread=in_thread>
            <section class="inbox" aria-labelledby="inbox-title">
                <h2 id="inbox-title">{strings::INBOX}</h2>
                <Transition fallback=|| view! { <Skeleton rows=6/> }>
                    {move || Suspend::new(async move {
                        match inbox.await {
                            Ok(for_person) => Either::Left(view! { <InboxList for_person first_page=page.get_untracked().is_none()/> }),
                            Err(failure) => Either::Right(view! { <LoadError failure/> }),
                        }
                    })}
                </Transition>
            </section>
            <Outlet/>
        </div>
    }
}

#[component]
fn InboxList(for_person: ForPerson<Inbox>, first_page: bool) -> impl IntoView {
    let live = Live::current();
    let me = for_person.me;
    // A later page, as loaded without JavaScript, is a snapshot: it isn't kept up to date.
    let inbox = if first_page { live.subscribe(for_person) } else { RwSignal::new(for_person.view) };
    let rows = move || inbox.with(|inbox| inbox.conversations.clone());
    let next = move || inbox.with(|inbox| inbox.next_page.clone());
    let load = move |page: String| {
        spawn_local(async move {
            if let Some(older) = view_of(me, server_fns::load_inbox(Some(page)).await) {
                inbox.try_update(|inbox| inbox.extend(older));
            }
        });
    };
    live.track_unread(inbox);
    effect(move || {
        inbox.with_untracked(|inbox| {
            for conversation in inbox.conversations.iter().filter(|conversation| conversation.unread > 0) {
                live.delivery_receipts.record(conversation.id, conversation.last_seq);
            }
        });
    });
    view! {
        {(!first_page).then(|| view! { <p class="load-more"><a href="/inbox">{strings::LATEST_CONVERSATIONS}</a></p> })}
        <ul class="rows" role="list" aria-label=strings::CONVERSATIONS>
            {keyed_list(rows, |conversation| conversation.id, move |conversation| view! { <InboxRow me inbox conversation/> }.into_any())}
        </ul>
        {move || inbox.with(|inbox| inbox.conversations.is_empty()).then(|| view! { <NoConversations/> })}
        {move || next().map(|page| {
            let href = format!("/inbox?page={page}");
            view! {
                <p class="load-more">
                    <a href=href on:click=move |event| { event.prevent_default(); load(page.clone()); }>{strings::OLDER_CONVERSATIONS}</a>
                </p>
            }
        })}
    }
}

/// The inbox without a thread: explains how to proceed.
#[component]
pub fn InboxPage() -> impl IntoView {
    let live = Live::current();
    view! {
        <PageTitle text=move || live.title_with_unread(strings::INBOX)/>
        <main class="thread-pane empty" id="content">
            <h1 class="visually-hidden">{strings::INBOX}</h1>
            <div class="empty-state wide-only">
                <h2>{strings::CHOOSE}</h2>
                <p class="muted">{strings::CHOOSE_LEAD}</p>
            </div>
        </main>
    }
}
