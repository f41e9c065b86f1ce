use super::address::{self, InboxAddress, open_thread};
use crate::{
    components::{EmptyState, Glyph, Icon, InboxRow, LoadMore, NextPage, NoConversations},
    live::{Live, ShownInbox},
    paths::INBOX,
    reactive::{effect, keyed_list},
    request_error::{ForPerson, view_of},
    server_fns::{self, FirstSteps},
    strings,
};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use model::{InboxCounts, InboxFilter, InboxList, PersonId};
use std::{future::Future, pin::Pin};

/// The number of conversations from which on there is a search.
const MANY: usize = 8;
/// How often a page is loaded until it isn't older than the list, to which events are applied at the same time.
const PAGE_ATTEMPTS: usize = 4;

/// Shows the conversations, with filters and search.
#[component]
pub(super) fn InboxRows(
    shown: ShownInbox,
    list: RwSignal<Option<RwSignal<InboxList>>>,
    first_steps: Option<FirstSteps>,
    address: InboxAddress,
) -> impl IntoView {
    let live = Live::current();
    let ShownInbox { for_person, is_stale } = shown;
    let me = for_person.me;
    // A later page, as loaded without JavaScript, is a snapshot: it isn't kept up to date.
    let first_page = address.page.is_none();
    let inbox = if first_page { live.subscribe(for_person) } else { RwSignal::new(for_person.view) };
    effect(move || list.set(Some(inbox)));
    keep_for_later(me, inbox, first_page);
    if is_stale {
        live.reload_once_reached();
    } else {
        live.reload_after(inbox.with_untracked(|inbox| inbox.today.ends_at));
    }
    let rows =
        move || inbox.with(|inbox| inbox.entries.iter().map(|entry| entry.conversation.clone()).collect::<Vec<_>>());
    let is_searchable = address.query.is_some()
        || inbox.with_untracked(|inbox| inbox.entries.len() >= MANY || inbox.next_page.is_some());
    let (newest, thread) = (InboxAddress { page: None, ..address.clone() }, open_thread());
    let empty = address.clone();
    view! {
        <Filters inbox address=address.clone()/>
        {is_searchable.then(|| view! { <InboxSearch address=address.clone()/> })}
        {is_stale.then(|| view! { <p class="last-shown" role="status"><Icon glyph=Glyph::Clock/>{strings::LAST_SHOWN}</p> })}
        {(!first_page).then(|| view! { <p class="load-more"><a href=move || thread.with(|thread| newest.href(thread.as_deref()))>{strings::LATEST_CONVERSATIONS}</a></p> })}
        <ul class="rows" role="list" aria-label=strings::CONVERSATIONS>
            {keyed_list(rows, |conversation| conversation.id, move |conversation| view! { <InboxRow me inbox conversation/> }.into_any())}
        </ul>
        {move || inbox.with(|inbox| inbox.entries.is_empty().then_some(inbox.next_page.is_some())).map(|has_more| view! {
            <NothingListed address=empty.clone() has_more first_steps=first_steps.clone()/>
        })}
        <OlderPage me inbox address/>
    }
}

/// Keeps what is shown for when the server can't be reached, and reports which messages have reached this browser.
fn keep_for_later(me: PersonId, inbox: RwSignal<InboxList>, first_page: bool) {
    let live = Live::current();
    effect(move || {
        inbox.with_untracked(|inbox| {
            let conversations = inbox.entries.iter().map(|entry| &entry.conversation);
            for conversation in conversations.filter(|conversation| conversation.unread > 0) {
                live.delivery_receipts.record(conversation.id, conversation.last_seq);
            }
        });
    });
    if first_page {
        effect(move || live.inbox_cache.insert(ForPerson { me, view: inbox.get() }));
    }
}

/// The links to the filters, with the number of conversations that need the viewer.
#[component]
fn Filters(inbox: RwSignal<InboxList>, address: InboxAddress) -> impl IntoView {
    let thread = open_thread();
    let link = move |filter: InboxFilter| {
        let current = (filter == address.filter).then_some("true");
        let count = move || {
            let count = |counts: &InboxCounts| match filter {
                InboxFilter::NeedsYou => counts.needs_you,
                InboxFilter::Agreed => counts.agreed,
                InboxFilter::All | InboxFilter::Past => 0,
            };
            inbox.with(|inbox| inbox.current_counts().map_or(0, count))
        };
        let filtered = address.with_filter(filter);
        view! {
            <a href=move || thread.with(|thread| filtered.href(thread.as_deref())) aria-current=current>
                {strings::inbox_filter_label(filter)}
                {move || (count() > 0).then(|| view! { " " <span class="count">{strings::up_to_99(count())}</span> })}
            </a>
        }
    };
    view! {
        <nav class="filters" aria-label=strings::SHOW>{InboxFilter::ALL.iter().map(|filter| link(*filter)).collect_view()}</nav>
    }
}

/// The search for names and titles: a plain GET form, whose URL can be kept.
#[component]
pub(super) fn InboxSearch(address: InboxAddress) -> impl IntoView {
    let navigate = use_navigate();
    let field = NodeRef::<leptos::html::Input>::new();
    let (filter, thread, start) = (address.filter, open_thread(), address.clone());
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        let Some(field) = field.get_untracked() else { return };
        event.prevent_default();
        let found = start.with_query(&field.value());
        navigate(&thread.with_untracked(|thread| found.href(thread.as_deref())), Default::default());
    };
    // Beside a thread, without a filter the address would ask for nothing.
    let show = move || {
        let is_named = filter != InboxFilter::All || thread.with(Option::is_some);
        is_named.then(|| view! { <input type="hidden" name=address::SHOW value=filter.as_str()/> })
    };
    let action = move || thread.get().unwrap_or_else(|| INBOX.to_owned());
    view! {
        <form class="inbox-search" role="search" method="get" action=action on:submit=on_submit>
            {show}
            <label class="visually-hidden" for="inbox-query">{strings::SEARCH_CONVERSATIONS}</label>
            <input id="inbox-query" name=address::QUERY type="search" dir="auto" enterkeyhint="search"
                autocomplete="off" placeholder=strings::SEARCH_CONVERSATIONS_HELP value=address.query node_ref=field/>
            <button class="icon-button" type="submit" aria-label=strings::SEARCH><Icon glyph=Glyph::Search/></button>
        </form>
    }
}

/// The link to the next page.
#[component]
fn OlderPage(me: PersonId, inbox: RwSignal<InboxList>, address: InboxAddress) -> impl IntoView {
    let (wanted, thread) = (address.clone(), open_thread());
    let next = Signal::derive(move || {
        let token = inbox.with(|inbox| inbox.next_page)?.to_string();
        let older = InboxAddress { page: Some(token.clone()), ..address.clone() };
        let href = thread.with(|thread| older.href(thread.as_deref()));
        Some(NextPage { token, href })
    });
    let load = move |page: String| {
        let address = InboxAddress { page: Some(page), ..wanted.clone() };
        Box::pin(load_older(me, inbox, address)) as Pin<Box<dyn Future<Output = bool>>>
    };
    view! { <LoadMore next label=strings::OLDER_CONVERSATIONS list=".inbox .rows" load=Box::new(load)/> }
}

/// Adds a page to the list. Returns whether it could.
async fn load_older(me: PersonId, inbox: RwSignal<InboxList>, address: InboxAddress) -> bool {
    for _ in 0..PAGE_ATTEMPTS {
        let InboxAddress { filter, query, page } = address.clone();
        let answer = server_fns::load_inbox(Some(filter.as_str().to_owned()), query, page).await;
        let Some(older) = view_of(me, answer) else { return false };
        if inbox.try_with_untracked(|inbox| older.cursor >= inbox.cursor).unwrap_or(true) {
            inbox.try_update(|inbox| inbox.extend(me, older));
            return true;
        }
    }
    false
}

/// Says that there is nothing to list, and what to do.
#[component]
fn NothingListed(
    address: InboxAddress,
    /// Whether further pages may list something.
    has_more: bool,
    first_steps: Option<FirstSteps>,
) -> impl IntoView {
    let InboxAddress { filter, query, .. } = address;
    if query.is_some() {
        let thread = open_thread();
        let all = move || thread.with(|thread| InboxAddress::of(InboxFilter::All).href(thread.as_deref()));
        return view! {
            <EmptyState title=strings::NOTHING_FOUND lead=strings::NOTHING_FOUND_LEAD>
                <a class="button" href=all>{strings::CLEAR_SEARCH}</a>
            </EmptyState>
        }
        .into_any();
    }
    if has_more || filter != InboxFilter::All {
        let nothing_so_far = (strings::NOTHING_SO_FAR, strings::NOTHING_SO_FAR_LEAD);
        let (title, lead) = if has_more { nothing_so_far } else { strings::nothing_filtered(filter) };
        return view! { <EmptyState title lead/> }.into_any();
    }
    view! { <NoConversations first_steps/> }.into_any()
}
