use super::address::{self, InboxAddress, is_in_thread};
use crate::{
    components::{EmptyState, Glyph, Icon, InboxRow, NoConversations},
    live::{Live, ShownInbox},
    reactive::{effect, keyed_list},
    request_error::{ForPerson, view_of},
    server_fns::{self, FirstSteps},
    strings,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;
use model::{InboxFilter, InboxList, PersonId};

/// The number of conversations from which on there is a search.
const MANY: usize = 8;
/// How often a page is loaded until it isn't older than the list, to which events are applied at the same time.
const PAGE_ATTEMPTS: usize = 4;

/// Shows the conversations, with filters and search.
#[component]
pub(super) fn InboxRows(shown: ShownInbox, first_steps: Option<FirstSteps>, address: InboxAddress) -> impl IntoView {
    let live = Live::current();
    let ShownInbox { for_person, is_stale } = shown;
    let me = for_person.me;
    // A later page, as loaded without JavaScript, is a snapshot: it isn't kept up to date.
    let first_page = address.page.is_none();
    let inbox = if first_page { live.subscribe(for_person) } else { RwSignal::new(for_person.view) };
    keep_for_later(me, inbox, first_page);
    if is_stale {
        reload_once_reached();
    } else {
        live.reload_after(inbox.with_untracked(|inbox| inbox.today.ends_at));
    }
    let rows =
        move || inbox.with(|inbox| inbox.entries.iter().map(|entry| entry.conversation.clone()).collect::<Vec<_>>());
    let is_searchable = address.query.is_some()
        || inbox.with_untracked(|inbox| inbox.entries.len() >= MANY || inbox.next_page.is_some());
    let newest = InboxAddress { page: None, ..address.clone() };
    let empty = address.clone();
    view! {
        <Filters inbox address=address.clone()/>
        {is_searchable.then(|| view! { <InboxSearch address=address.clone()/> })}
        {is_stale.then(|| view! { <p class="last-shown" role="status"><Icon glyph=Glyph::Clock/>{strings::LAST_SHOWN}</p> })}
        {(!first_page).then(|| view! { <p class="load-more"><a href=newest.href(false)>{strings::LATEST_CONVERSATIONS}</a></p> })}
        <ul class="rows" role="list" aria-label=strings::CONVERSATIONS>
            {keyed_list(rows, |conversation| conversation.id, move |conversation| view! { <InboxRow me inbox conversation/> }.into_any())}
        </ul>
        {move || inbox.with(|inbox| inbox.entries.is_empty()).then(|| view! { <NothingListed address=empty.clone() first_steps=first_steps.clone()/> })}
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

/// Loads the inbox again when the stream opens the next time: the server can be reached.
fn reload_once_reached() {
    let live = Live::current();
    let opened = live.times_opened.get_untracked();
    effect(move || {
        if live.times_opened.get() != opened {
            live.needs_reload.update(|times| *times += 1);
        }
    });
}

/// The links to the filters, with the number of conversations that need the viewer.
#[component]
fn Filters(inbox: RwSignal<InboxList>, address: InboxAddress) -> impl IntoView {
    let in_thread = is_in_thread();
    let searching = address.query.is_some();
    let link = move |filter: InboxFilter| {
        let current = (filter == address.filter).then_some("true");
        let count = move || match filter {
            // The counts of a search aren't kept up to date.
            _ if searching => 0,
            InboxFilter::NeedsYou => inbox.with(|inbox| inbox.counts.needs_you),
            InboxFilter::Agreed => inbox.with(|inbox| inbox.counts.agreed),
            InboxFilter::All | InboxFilter::Past => 0,
        };
        view! {
            <a href=move || InboxAddress::of(filter).href(in_thread.get()) aria-current=current>
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
    let filter = address.filter;
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        let Some(field) = field.get_untracked() else { return };
        event.prevent_default();
        let query = Some(field.value().trim().to_owned()).filter(|query| !query.is_empty());
        navigate(&InboxAddress { filter, query, page: None }.href(false), Default::default());
    };
    let show = (filter != InboxFilter::All).then(|| {
        view! {
            <input type="hidden" name=address::SHOW value=filter.as_str()/>
        }
    });
    view! {
        <form class="inbox-search" role="search" method="get" action="/inbox" on:submit=on_submit>
            {show}
            <label class="visually-hidden" for="inbox-query">{strings::SEARCH_CONVERSATIONS}</label>
            <input id="inbox-query" name=address::QUERY type="search" dir="auto" enterkeyhint="search"
                autocomplete="off" placeholder=strings::SEARCH_CONVERSATIONS_HELP value=address.query node_ref=field/>
            <button class="icon-button" type="submit" aria-label=strings::SEARCH><Icon glyph=Glyph::Search/></button>
        </form>
    }
}

/// The link to the next page, which a hydrated page appends.
#[component]
fn OlderPage(me: PersonId, inbox: RwSignal<InboxList>, address: InboxAddress) -> impl IntoView {
    let next = move || inbox.with(|inbox| inbox.next_page);
    let wanted = address.clone();
    let load = move |page: String| {
        let InboxAddress { filter, query, .. } = wanted.clone();
        spawn_local(async move {
            for _ in 0..PAGE_ATTEMPTS {
                let show = Some(filter.as_str().to_owned());
                let answer = server_fns::load_inbox(show, query.clone(), Some(page.clone())).await;
                let Some(older) = view_of(me, answer) else { return };
                if inbox.try_with_untracked(|inbox| older.cursor >= inbox.cursor).unwrap_or(true) {
                    inbox.try_update(|inbox| inbox.extend(me, older));
                    return;
                }
            }
        });
    };
    move || {
        let (address, load) = (address.clone(), load.clone());
        next().map(|page| {
            let page = page.to_string();
            let href = InboxAddress { page: Some(page.clone()), ..address }.href(false);
            view! {
                <p class="load-more">
                    <a href=href on:click=move |event| { event.prevent_default(); load(page.clone()); }>{strings::OLDER_CONVERSATIONS}</a>
                </p>
            }
        })
    }
}

/// Says that there is nothing to list, and what to do.
#[component]
fn NothingListed(address: InboxAddress, first_steps: Option<FirstSteps>) -> impl IntoView {
    let InboxAddress { filter, query, .. } = address;
    if query.is_some() {
        return view! {
            <EmptyState title=strings::NOTHING_FOUND lead=strings::NOTHING_FOUND_LEAD>
                <a class="button" href="/inbox">{strings::CLEAR_SEARCH}</a>
            </EmptyState>
        }
        .into_any();
    }
    if filter != InboxFilter::All {
        let (title, lead) = strings::nothing_filtered(filter);
        return view! { <EmptyState title lead/> }.into_any();
    }
    view! { <NoConversations first_steps/> }.into_any()
}
