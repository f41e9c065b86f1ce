mod address;
mod month_grid;
mod section;

use crate::{
    components::{EmptyState, Glyph, Icon, LoadError, PageTitle, Skeleton, page_of_query},
    live::Live,
    page_resource::page_resource,
    reactive::keyed_list,
    request_error::ForPerson,
    server_fns, strings,
};
use address::{path_of, period_of};
use leptos::{either::Either, prelude::*};
use model::{Agenda, AgendaPeriod};
use month_grid::MonthGrid;
use section::{AgendaSection, sections_of};

/// The page of the bookings by day: all from the current month on, those of one month, or the rest of a long list.
#[component]
pub fn AgendaPage() -> impl IntoView {
    page_of_query("month", |month| {
        page_of_query("from", move |from| {
            let period = period_of(month.as_deref().or(from.as_deref()));
            view! { <AgendaLoader period/> }.into_any()
        })
    })
}

#[component]
fn AgendaLoader(period: AgendaPeriod) -> impl IntoView {
    let live = Live::current();
    let agenda = page_resource(move || live.needs_reload.get(), move |_| server_fns::load_agenda(period.to_string()));
    let title = match period {
        AgendaPeriod::Upcoming => strings::BOOKINGS.to_owned(),
        AgendaPeriod::Month(month) => strings::month_title(month),
        AgendaPeriod::From(position) => strings::bookings_from(position.day),
    };
    view! {
        <PageTitle text=title.clone()/>
        <main class="page agenda-page" id="content">
            <h1>{title}</h1>
            <Transition fallback=|| view! { <Skeleton rows=6/> }>
                {move || Suspend::new(async move {
                    match agenda.await {
                        Ok(for_person) => Either::Left(view! { <AgendaView for_person period/> }),
                        Err(failure) => Either::Right(view! { <LoadError failure/> }),
                    }
                })}
            </Transition>
        </main>
    }
}

#[component]
fn AgendaView(for_person: ForPerson<Agenda>, period: AgendaPeriod) -> impl IntoView {
    let me = for_person.me;
    let live = Live::current();
    let agenda = live.subscribe(for_person);
    live.reload_after(agenda.with_untracked(|agenda| agenda.today.ends_at));
    let shown = match period {
        AgendaPeriod::Upcoming => agenda.with_untracked(|agenda| agenda.today.day.month()),
        AgendaPeriod::Month(month) => month,
        AgendaPeriod::From(position) => position.day.month(),
    };
    let by_month = period != AgendaPeriod::Upcoming;
    let sections = move || agenda.with(|agenda| sections_of(agenda, by_month));
    let is_empty = move || agenda.with(|agenda| sections_of(agenda, by_month).is_empty());
    let is_month = matches!(period, AgendaPeriod::Month(_));
    let title = if is_month { strings::NO_BOOKINGS_THEN } else { strings::NO_BOOKINGS };
    view! {
        <div class="agenda">
            <div class="agenda-list">
                <MonthLinks agenda period/>
                {keyed_list(sections, |section| *section, move |section| view! { <AgendaSection me agenda section by_month/> }.into_any())}
                {move || is_empty().then(|| view! { <EmptyState title lead=strings::NO_BOOKINGS_LEAD/> })}
            </div>
            <MonthGrid agenda month=shown/>
        </div>
    }
}

/// The links to bookings that aren't listed: those before, those after, and the upcoming ones.
#[component]
fn MonthLinks(agenda: RwSignal<Agenda>, period: AgendaPeriod) -> impl IntoView {
    let earlier = move || {
        let month = agenda.with(|agenda| agenda.earlier)?.month();
        Some((AgendaPeriod::Month(month), strings::earlier_bookings(month)))
    };
    let later = move || {
        let (page, day) = agenda.with(|agenda| Some((agenda.later_page()?, agenda.later?)))?;
        Some((page, strings::later_bookings(day.month())))
    };
    let link = |(page, label): (AgendaPeriod, String), glyph: Glyph| {
        view! { <a class="button" href=path_of(page)><Icon glyph/>{label}</a> }
    };
    let is_upcoming = period == AgendaPeriod::Upcoming;
    view! {
        <nav class="month-links" aria-label=strings::MONTHS_LABEL>
            {move || earlier().map(|to| link(to, Glyph::Up))}
            {(!is_upcoming).then(|| view! { <a class="button" href=path_of(AgendaPeriod::Upcoming)>{strings::UPCOMING}</a> })}
            {move || later().map(|to| link(to, Glyph::Down))}
        </nav>
    }
}
