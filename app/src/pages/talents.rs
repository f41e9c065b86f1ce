use crate::{
    components::{EmptyState, Glyph, Icon, LoadError, PageTitle, Skeleton, TalentCards},
    page_resource::page_resource,
    paths::with_query,
    reactive::memo,
    server_fns, strings,
};
use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_query_map;
use model::{Craft, Directory};

/// Where the directory is.
const PATH: &str = "/talents";

/// The filters of the directory, from the URL.
#[derive(Clone, PartialEq)]
struct Filters {
    query: Option<String>,
    craft: Option<String>,
    page: Option<String>,
}

impl Filters {
    /// Returns the address of the first page with another craft.
    fn with_craft(&self, craft: Option<&str>) -> String {
        with_query(PATH, &[("query", self.query.as_deref()), ("craft", craft)])
    }

    fn has_craft(&self, craft: Option<&str>) -> bool {
        self.craft.as_deref().filter(|craft| !craft.is_empty()) == craft
    }
}

/// The directory of talent. Search and filters are a plain GET form and links: their URLs can be bookmarked and shared.
#[component]
pub fn Talents() -> impl IntoView {
    let query = use_query_map();
    let get = move |name: &'static str| query.with(|query| query.get(name));
    let filters = memo(move || Filters { query: get("query"), craft: get("craft"), page: get("page") });
    let found = page_resource(
        move || filters.get(),
        |Filters { query, craft, page }| server_fns::load_talents(query, craft, page),
    );
    view! {
        <PageTitle text=strings::FIND_TALENT/>
        <main class="page directory" id="content">
            <h1>{strings::FIND_TALENT}</h1>
            <div class="directory-filters">
                <form class="name-search" role="search" method="get" action=PATH>
                    <label class="visually-hidden" for="query">{strings::SEARCH_NAME}</label>
                    <input id="query" name="query" type="search" dir="auto" placeholder=strings::SEARCH_NAME value=move || filters.get().query/>
                    <input type="hidden" name="craft" value=move || filters.get().craft/>
                    <button class="button" type="submit"><Icon glyph=Glyph::Search/>{strings::SEARCH}</button>
                </form>
                <CraftLinks filters/>
            </div>
            <Transition fallback=|| view! { <Skeleton rows=6/> }>
                {move || Suspend::new(async move {
                    match found.await {
                        Ok(directory) => Either::Left(view! { <TalentResults directory filters=filters.get_untracked()/> }),
                        Err(failure) => Either::Right(view! { <LoadError failure/> }),
                    }
                })}
            </Transition>
        </main>
    }
}

/// A link for each craft, and one for all.
#[component]
fn CraftLinks(filters: Memo<Filters>) -> impl IntoView {
    let link = move |craft: Option<Craft>| {
        let word = craft.map(Craft::as_str);
        let current = move || filters.with(|filters| filters.has_craft(word)).then_some("true");
        let href = move || filters.with(|filters| filters.with_craft(word));
        view! { <a href=href aria-current=current>{craft.map_or(strings::ALL_CRAFTS, strings::craft_label)}</a> }
    };
    let all = [None].into_iter().chain(Craft::ALL.iter().copied().map(Some));
    view! { <nav class="filters" aria-label=strings::CRAFT>{all.map(link).collect_view()}</nav> }
}

#[component]
fn TalentResults(directory: Directory, filters: Filters) -> impl IntoView {
    let empty = directory.talents.is_empty();
    let more = directory.next_page.map(|page| {
        let pairs = [("query", filters.query), ("craft", filters.craft), ("page", Some(page))];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?)))
    });
    view! {
        <TalentCards talents=directory.talents/>
        {empty.then(|| view! {
            <EmptyState title=strings::NO_TALENT lead=strings::NO_TALENT_LEAD>
                <a class="button" href=PATH>{strings::SHOW_ALL_TALENT}</a>
            </EmptyState>
        })}
        {more.map(|pairs| view! {
            <form class="load-more" method="get" action=PATH>
                {pairs.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()}
                <button class="button" type="submit">{strings::MORE_TALENT}</button>
            </form>
        })}
    }
}
