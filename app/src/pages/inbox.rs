mod address;
mod list;
mod next_up;

use crate::{
    components::{LoadError, PageTitle, Skeleton},
    json,
    live::Live,
    page_resource::page_resource,
    request_error::{ForPerson, RequestResult},
    server_fns::{self, FirstSteps},
    strings,
};
use address::{InboxAddress, follow_address, open_thread};
use leptos::{either::Either, prelude::*};
use leptos_router::components::Outlet;
use list::{InboxRows, InboxSearch};
use model::{InboxFilter, InboxList};
use next_up::NextUp;
use serde::{Deserialize, Serialize};

/// The inbox of the layout, for the page beside it.
#[derive(Clone, Copy)]
struct LoadedInbox {
    answer: Resource<RequestResult<InboxAnswer>, json::Json>,
    /// The list that events keep up to date, once it is shown. There is one for both: the pages that a reader adds are
    /// in no other, which would have to load again after events about them.
    list: RwSignal<Option<RwSignal<InboxList>>>,
}

/// An inbox, with what to do before the first conversation if there is none.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct InboxAnswer {
    for_person: ForPerson<InboxList>,
    first_steps: Option<FirstSteps>,
}

impl InboxAnswer {
    async fn load(address: InboxAddress) -> RequestResult<Self> {
        let wants_all = address.only_filter() == Some(InboxFilter::All);
        let InboxAddress { filter, query, page } = address;
        let for_person = server_fns::load_inbox(Some(filter.as_str().to_owned()), query, page).await?;
        let is_first = wants_all && for_person.view.entries.is_empty();
        // A failure leaves them out: the inbox is of use without them.
        let first_steps = if is_first { server_fns::load_first_steps().await.ok() } else { None };
        Ok(Self { for_person, first_steps })
    }
}

/// The inbox next to a thread; narrow screens show one at a time.
#[component]
pub fn InboxLayout() -> impl IntoView {
    let live = Live::current();
    let address = follow_address();
    let inbox =
        page_resource(move || (live.needs_reload.get(), address.get()), |(_, address)| InboxAnswer::load(address));
    let list = RwSignal::new(None);
    provide_context(LoadedInbox { answer: inbox, list });
    let thread = open_thread();
    view! {
        <div class="messages" class:in-thread=move || thread.with(Option::is_some)>
            <section class="inbox" aria-labelledby="inbox-title">
                <h2 id="inbox-title">{strings::INBOX}</h2>
                <Transition fallback=|| view! { <Skeleton rows=6/> }>
                    {move || Suspend::new(async move {
                        let (answer, first_steps) = split(inbox.await);
                        let address = address.get_untracked();
                        match live.inbox_cache.or_last_shown(answer, live.me(), address.only_filter()) {
                            Ok(shown) => Either::Left(view! { <InboxRows shown list first_steps address/> }),
                            Err(failure) => Either::Right(view! { <InboxSearch address/> <LoadError failure/> }),
                        }
                    })}
                </Transition>
            </section>
            <Outlet/>
        </div>
    }
}

fn split(answer: RequestResult<InboxAnswer>) -> (RequestResult<ForPerson<InboxList>>, Option<FirstSteps>) {
    match answer {
        Ok(InboxAnswer { for_person, first_steps }) => (Ok(for_person), first_steps),
        Err(failure) => (Err(failure), None),
    }
}

/// The inbox without a thread: on a wide screen, what comes next.
#[component]
pub fn InboxPage() -> impl IntoView {
    let (live, LoadedInbox { answer, list }) = (Live::current(), expect_context());
    view! {
        <PageTitle text=strings::INBOX/>
        <main class="thread-pane empty" id="content">
            <h1 class="visually-hidden">{strings::INBOX}</h1>
            <Transition>
                {move || Suspend::new(async move {
                    let (answer, _) = split(answer.await);
                    let shown = live.inbox_cache.or_last_shown(answer, live.me(), Some(InboxFilter::All));
                    shown.ok().map(|shown| view! { <NextUp first=shown.for_person list/> })
                })}
            </Transition>
        </main>
    }
}
