use crate::{
    components::{Avatar, EmptyState, Glyph, Icon, IsolatedText, LoadError, PageTitle, Skeleton},
    reactive::memo,
    server_fn_client::page_resource,
    server_fns, strings,
};
use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;
use model::{Craft, Directory, Person};

/// The directory of talent. The search is a plain GET form: its URL can be bookmarked and shared.
#[component]
pub fn Talents() -> impl IntoView {
    let query = use_query_map();
    let wanted = memo(move || query.with(|query| (query.get("query"), query.get("craft"), query.get("page"))));
    let found =
        page_resource(move || wanted.get(), |(query, craft, page)| server_fns::load_talents(query, craft, page));
    let chosen = move |craft: Craft| wanted.with(|wanted| wanted.1.as_deref() == Some(craft.as_str()));
    view! {
        <PageTitle text=strings::FIND_TALENT/>
        <main class="page" id="content">
            <h1>{strings::FIND_TALENT}</h1>
            <form class="search" role="search" method="get" action="/talents">
                <label for="query">{strings::SEARCH_NAME}</label>
                <input id="query" name="query" type="search" dir="auto" value=move || wanted.get().0/>
                <label for="craft">{strings::SEARCH_CRAFT}</label>
                <select id="craft" name="craft">
                    <option value="">{strings::ANY_CRAFT}</option>
                    {Craft::ALL.iter().map(|&craft| view! {
                        <option value=craft.as_str() selected=move || chosen(craft)>{strings::craft_label(craft)}</option>
                    }).collect_view()}
                </select>
                <button class="button" type="submit"><Icon glyph=Glyph::Search/>{strings::SEARCH}</button>
            </form>
            <Transition fallback=|| view! { <Skeleton rows=6/> }>
                {move || Suspend::new(async move {
                    match found.await {
                        Ok(directory) => Either::Left(view! { <TalentResults directory query=wanted.get_untracked().0 craft=wanted.get_untracked().1/> }),
                        Err(failure) => Either::Right(view! { <LoadError failure/> }),
                    }
                })}
            </Transition>
        </main>
    }
}

#[component]
fn TalentResults(directory: Directory, query: Option<String>, craft: Option<String>) -> impl IntoView {
    let empty = directory.talents.is_empty();
    let more = directory.next_page.map(|page| {
        let pairs = [("query", query), ("craft", craft), ("page", Some(page))];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?)))
    });
    view! {
        <ul class="rows" role="list" aria-label=strings::TALENT>
            {directory.talents.into_iter().map(|person| view! { <TalentRow person/> }).collect_view()}
        </ul>
        {empty.then(|| view! { <EmptyState title=strings::NO_TALENT lead=strings::NO_TALENT_LEAD/> })}
        {more.map(|pairs| view! {
            <form class="load-more" method="get" action="/talents">
                {pairs.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
                <button class="button" type="submit">{strings::MORE_TALENT}</button>
            </form>
        })}
    }
}

#[component]
fn TalentRow(person: Person) -> impl IntoView {
    let (name, craft) = (person.name.clone(), person.craft.map(strings::craft_label));
    let href = format!("/bookings/new?talent={}", person.id);
    view! {
        <li class="row">
            <Avatar person/>
            <span class="row-name"><IsolatedText text=name.clone()/></span>
            <span class="row-about"><span class="row-last">{craft}</span></span>
            <a class="button row-action" href=href>{strings::book_label(&name)}</a>
        </li>
    }
}
