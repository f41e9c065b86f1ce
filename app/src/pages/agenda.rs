mod month_grid;
mod section;

use crate::{
    components::{EmptyState, Glyph, Icon, LoadError, PageTitle, Skeleton, page_of_query},
    live::Live,
    reactive::keyed_list,
    request_error::ForPerson,
    server_fn_client::page_resource,
    server_fns, strings,
};
use leptos::{either::Either, prelude::*};
use model::{Agenda, Month};
use month_grid::MonthGrid;
use section::{AgendaSection, sections_of};

/// The page of the bookings by day: all from the current month on, or those of one month.
#[component]
pub fn AgendaPage() -> impl IntoView {
    page_of_query("month", |month| {
        view! { <AgendaLoader month=month.and_then(|month| month.parse().ok())/> }.into_any()
    })
}

#[component]
fn AgendaLoader(
    /// The only month to show.
    month: Option<Month>,
) -> impl IntoView {
    let live = Live::current();
    let agenda = page_resource(
        move || (live.reload_generation.get(), live.needs_reload.get()),
        move |_| server_fns::load_agenda(month.map(|month| month.to_string())),
    );
    let title = month.map_or_else(|| strings::BOOKINGS.to_owned(), strings::month_title);
    view! {
        <PageTitle text=title.clone()/>
        <main class="page agenda-page" id="content">
            <h1>{title}</h1>
            <Transition fallback=|| view! { <Skeleton rows=6/> }>
                {move || Suspend::new(async move {
                    match agenda.await {
                        Ok(for_person) => Either::Left(view! { <AgendaView for_person month/> }),
                        Err(failure) => Either::Right(view! { <LoadError failure/> }),
                    }
                })}
            </Transition>
        </main>
    }
}

#[component]
fn AgendaView(for_person: ForPerson<Agenda>, month: Option<Month>) -> impl IntoView {
    let me = for_person.me;
    let live = Live::current();
    let agenda = live.subscribe(for_person);
    live.reload_after(agenda.with_untracked(|agenda| agenda.today.ends_at));
    let shown = month.unwrap_or_else(|| agenda.with_untracked(|agenda| agenda.today.day.month()));
    let sections = move || agenda.with(|agenda| sections_of(agenda, month));
    let is_empty = move || agenda.with(|agenda| sections_of(agenda, month).is_empty());
    let title = if month.is_some() { strings::NO_BOOKINGS_THEN } else { strings::NO_BOOKINGS };
    view! {
        <div class="agenda">
            <div class="agenda-list">
                <MonthLinks agenda month/>
                {keyed_list(sections, |section| *section, move |section| view! { <AgendaSection me agenda section only=month/> }.into_any())}
                {move || is_empty().then(|| view! { <EmptyState title lead=strings::NO_BOOKINGS_LEAD/> })}
            </div>
            <MonthGrid agenda month=shown/>
        </div>
    }
}

/// The links to bookings that aren't listed: those before, those after, and the upcoming ones.
#[component]
fn MonthLinks(agenda: RwSignal<Agenda>, month: Option<Month>) -> impl IntoView {
    let earlier =
        move || agenda.with(|agenda| agenda.earlier).map(|day| (day.month(), strings::earlier_bookings(day.month())));
    let later =
        move || agenda.with(|agenda| agenda.later).map(|day| (day.month(), strings::later_bookings(day.month())));
    let link = |(month, label): (Month, String), glyph: Glyph| {
        let href = format!("/bookings?month={month}");
        view! { <a class="button" href=href><Icon glyph/>{label}</a> }
    };
    view! {
        <nav class="month-links" aria-label=strings::MONTHS_LABEL>
            {move || earlier().map(|to| link(to, Glyph::Up))}
            {month.map(|_| view! { <a class="button" href="/bookings">{strings::UPCOMING}</a> })}
            {move || later().map(|to| link(to, Glyph::Down))}
        </nav>
    }
}
