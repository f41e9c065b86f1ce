use crate::{
    components::{DateBlock, IsolatedText, StatusChip},
    reactive::{keyed_list, memo},
    strings,
};
use leptos::prelude::*;
use model::{Agenda, Booking, BookingId, BookingStatus, Money, Month, PersonId};

/// A part of the list, under a heading of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Section {
    /// From today to Sunday.
    ThisWeek,
    /// The rest of a month.
    Month(Month),
    /// The days of the current month before today.
    EarlierThisMonth,
}

impl Section {
    fn of(booking: &Booking, agenda: &Agenda, by_month: bool) -> Self {
        let day = booking.event_date;
        if by_month {
            Section::Month(day.month())
        } else if day < agenda.today.day {
            Section::EarlierThisMonth
        } else if day <= agenda.today.day.end_of_week() {
            Section::ThisWeek
        } else {
            Section::Month(day.month())
        }
    }

    fn title(self) -> String {
        match self {
            Section::ThisWeek => strings::THIS_WEEK.to_owned(),
            Section::Month(month) => strings::month_title(month),
            Section::EarlierThisMonth => strings::EARLIER_THIS_MONTH.to_owned(),
        }
    }
}

/// Returns the sections that have bookings, in the order of the page.
pub(super) fn sections_of(agenda: &Agenda, by_month: bool) -> Vec<Section> {
    let mut sections: Vec<Section> =
        agenda.bookings.iter().map(|booking| Section::of(booking, agenda, by_month)).collect();
    sections.dedup();
    // What is past comes last.
    if sections.first() == Some(&Section::EarlierThisMonth) {
        sections.rotate_left(1);
    }
    sections
}

/// Lists the bookings of a section, by day.
#[component]
pub(super) fn AgendaSection(
    me: PersonId,
    agenda: RwSignal<Agenda>,
    section: Section,
    /// Whether all sections are months.
    by_month: bool,
) -> impl IntoView {
    let month = match section {
        Section::Month(month) => Some(month),
        Section::ThisWeek | Section::EarlierThisMonth => None,
    };
    let rows = move || {
        agenda.with(|agenda| {
            let here = agenda.bookings.iter().filter(|booking| Section::of(booking, agenda, by_month) == section);
            AgendaItem::of_all(here)
        })
    };
    let fees = memo(move || month.and_then(|month| agenda.with(|agenda| fees_of(agenda, month))));
    view! {
        <section class="agenda-section">
            <h2>
                {section.title()}
                {move || fees.get().map(|fees| view! { " " <span class="month-total">{fees}</span> })}
            </h2>
            <ul class="agenda-rows" role="list">
                {keyed_list(rows, AgendaItem::key, move |item| view! { <AgendaRow me item/> }.into_any())}
            </ul>
        </section>
    }
}

/// Returns the sum of a month's agreed fees in words, if all of its bookings are listed.
pub(super) fn fees_of(agenda: &Agenda, month: Month) -> Option<String> {
    let sums: Vec<String> = agenda.agreed_fees(month).iter().map(Money::format_amount).collect();
    (agenda.has_all_of(month) && !sums.is_empty()).then(|| strings::agreed_fees(&sums))
}

/// A booking in the list.
struct AgendaItem {
    booking: Booking,
    /// Whether it is the first of its day, to which the month leads.
    is_first: bool,
}

impl AgendaItem {
    fn of_all<'a>(bookings: impl Iterator<Item = &'a Booking>) -> Vec<Self> {
        let mut last = None;
        bookings
            .map(|booking| {
                let is_first = last.replace(booking.event_date) != Some(booking.event_date);
                Self { booking: booking.clone(), is_first }
            })
            .collect()
    }

    /// Returns what may change of a row: with another key, it is rendered again.
    fn key(&self) -> (BookingId, BookingStatus, String, String, bool) {
        let Booking { id, status, organizer, talent, .. } = &self.booking;
        (*id, *status, organizer.name.clone(), talent.name.clone(), self.is_first)
    }
}

#[component]
fn AgendaRow(me: PersonId, item: AgendaItem) -> impl IntoView {
    let AgendaItem { booking, is_first } = item;
    let (role, href) = (booking.role_of(me), format!("/bookings/{}", booking.id));
    let name = booking.counterpart_of(me).name.clone();
    let over = booking.status.is_final();
    view! {
        <li id=is_first.then(|| format!("day-{}", booking.event_date))>
            <a class="agenda-row" class:over=over href=href>
                <DateBlock day=booking.event_date/>
                <span class="agenda-title"><IsolatedText text=booking.title/></span>
                <span class="agenda-with">{strings::with_person(&name)}</span>
                <span class="agenda-fee">{booking.fee.format_amount()}</span>
                <StatusChip status=booking.status role day=booking.event_date/>
            </a>
        </li>
    }
}
