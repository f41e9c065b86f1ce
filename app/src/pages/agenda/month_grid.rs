use super::{address::path_of, section::fees_of};
use crate::{
    components::{Glyph, Icon},
    strings,
};
use leptos::{either::Either, prelude::*};
use model::{Agenda, AgendaPeriod, Booking, BookingStatus, Day, Month};

/// A month as a calendar, beside the list on wide screens. A day with bookings leads to its first row in the list.
#[component]
pub(super) fn MonthGrid(agenda: RwSignal<Agenda>, month: Month) -> impl IntoView {
    let href = |month: Month| path_of(AgendaPeriod::Month(month));
    let (previous, next) = (month.previous(), month.next());
    view! {
        <aside class="month-grid" aria-label=strings::month_title(month)>
            <div class="month-head">
                <a class="icon-button" href=href(previous) aria-label=strings::month_title(previous)><Icon glyph=Glyph::Back/></a>
                <p>
                    <a href=href(month)>{strings::month_title(month)}</a>
                    {move || agenda.with(|agenda| fees_of(agenda, month)).map(|fees| view! { <span class="month-total">{fees}</span> })}
                </p>
                <a class="icon-button next" href=href(next) aria-label=strings::month_title(next)><Icon glyph=Glyph::Back/></a>
            </div>
            <table>
                <thead><tr>{strings::weekdays().map(|name| view! {
                    <th scope="col"><span aria-hidden="true">{&name[..2]}</span><span class="visually-hidden">{name}</span></th>
                }).collect_view()}</tr></thead>
                <tbody>{move || agenda.with(|agenda| weeks(agenda, month))}</tbody>
            </table>
        </aside>
    }
}

fn weeks(agenda: &Agenda, month: Month) -> impl IntoView + use<> {
    let blanks = std::iter::repeat_n(None, usize::from(month.first_day().weekday()));
    let cells: Vec<Option<Day>> = blanks.chain(month.days().map(Some)).collect();
    let week = |days: &[Option<Day>]| {
        let filled = days.iter().copied().chain(std::iter::repeat(None)).take(7);
        let cells = filled.map(|day| day.map(|day| day_cell(agenda, day))).map(|cell| view! { <td>{cell}</td> });
        view! { <tr>{cells.collect_view()}</tr> }
    };
    cells.chunks(7).map(week).collect_view()
}

fn day_cell(agenda: &Agenda, day: Day) -> impl IntoView + use<> {
    let bookings: Vec<&Booking> = agenda.bookings.iter().filter(|booking| booking.event_date == day).collect();
    let current = (day == agenda.today.day).then_some("date");
    if bookings.is_empty() {
        return Either::Left(view! { <span aria-current=current>{day.day_of_month()}</span> });
    }
    let has = |status| bookings.iter().any(|booking| booking.status == status);
    let meaning = if has(BookingStatus::Accepted) {
        "yes"
    } else if has(BookingStatus::Inquiry) {
        "ask"
    } else {
        "over"
    };
    Either::Right(view! {
        <a class=meaning rel="external" href=format!("#day-{day}") aria-current=current aria-label=strings::day_with_bookings(day, bookings.len())>
            {day.day_of_month()}
        </a>
    })
}
