//! The bookings by day.

use crate::support::{DemoData, Site, audit_event_log, draft_booking};
use model::{
    Agenda, AgendaPeriod, AgendaPosition, ApplyOutcome, BookingAction, BookingDraft, BookingId, Day, Money, Month,
    Projection,
};
use services::Viewer;
use std::time::Duration;

on_both! {
    bookings_are_listed_by_day,
    a_month_has_the_sums_of_its_agreed_fees,
    other_months_are_found,
    bookings_beyond_a_page_are_on_the_next,
}

async fn open(site: &Site, demo: &DemoData, day: Day, currency: &str) -> BookingId {
    let fee = Money { amount: 1_000_000, currency: currency.to_owned() };
    let draft = BookingDraft { event_date: day, fee, ..draft_booking(demo.achieng.id()) };
    site.greenroom.open_booking(&demo.eventpro, draft).await.expect("a booking").booking.id
}

async fn load(site: &Site, viewer: &Viewer, month: Option<Month>) -> Agenda {
    load_period(site, viewer, month.map_or(AgendaPeriod::Upcoming, AgendaPeriod::Month)).await
}

async fn load_period(site: &Site, viewer: &Viewer, period: AgendaPeriod) -> Agenda {
    site.greenroom.load_agenda(viewer, period).await.expect("an agenda")
}

fn ids(agenda: &Agenda) -> Vec<BookingId> {
    agenda.bookings.iter().map(|booking| booking.id).collect()
}

async fn bookings_are_listed_by_day(site: Site) {
    let demo = site.demo().await;
    let today = load(&site, &demo.achieng, None).await.today.day;
    let later = open(&site, &demo, today.plus_days(40), "KES").await;
    let (first, second) = (open(&site, &demo, today, "KES").await, open(&site, &demo, today, "KES").await);
    let agenda = load(&site, &demo.achieng, None).await;
    assert_eq!(
        (ids(&agenda), agenda.from),
        (vec![first, second, later], AgendaPosition::start_of(today.month().first_day()))
    );
    assert_eq!((agenda.until, agenda.earlier, agenda.later), (None, None, None));
    let others = load(&site, &demo.sarah, None).await;
    assert!(others.bookings.iter().all(|booking| booking.talent.id == demo.sarah.id()));
}

async fn a_month_has_the_sums_of_its_agreed_fees(site: Site) {
    let demo = site.demo().await;
    let month = load(&site, &demo.achieng, None).await.today.day.month().next();
    for currency in ["KES", "USD", "KES", "KES"] {
        let id = open(&site, &demo, month.first_day(), currency).await;
        site.greenroom.apply_booking_action(&demo.achieng, id, BookingAction::Accept).await.expect("accepted");
    }
    open(&site, &demo, month.first_day(), "KES").await;
    let agenda = load(&site, &demo.achieng, Some(month)).await;
    let sums: Vec<_> = agenda.agreed_fees(month).iter().map(Money::format_amount).collect();
    assert_eq!((sums, agenda.bookings.len()), (vec!["KES 30,000".to_owned(), "USD 10,000".to_owned()], 5));
    assert!(agenda.has_all_of(month) && !agenda.has_all_of(month.next()));
}

async fn other_months_are_found(site: Site) {
    let demo = site.demo().await;
    let today = load(&site, &demo.achieng, None).await.today.day;
    let (near, far) = (today, today.plus_days(400));
    open(&site, &demo, near, "KES").await;
    open(&site, &demo, far, "KES").await;
    let between = today.plus_days(200).month();
    let agenda = load(&site, &demo.achieng, Some(between)).await;
    assert_eq!((agenda.bookings.len(), agenda.earlier, agenda.later), (0, Some(near), Some(far)));
    assert_eq!(ids(&load(&site, &demo.achieng, Some(far.month())).await).len(), 1);
}

/// Opens bookings and returns their ids in the order of the agenda.
async fn open_many(site: &Site, demo: &DemoData, days: impl Iterator<Item = Day>) -> Vec<BookingId> {
    let mut opened = Vec::new();
    for day in days {
        // Within the limit of messages per minute.
        site.clock.advance(Duration::from_secs(1));
        opened.push((day, open(site, demo, day, "KES").await));
    }
    opened.sort();
    opened.into_iter().map(|(_, id)| id).collect()
}

/// Follows the links to later bookings, and returns the pages.
async fn follow_later(site: &Site, viewer: &Viewer, first: AgendaPeriod) -> Vec<Agenda> {
    let (mut pages, mut next) = (Vec::new(), Some(first));
    while let Some(period) = next {
        assert!(pages.len() < 10, "the links lead in a circle: {period:?}");
        let page = load_period(site, viewer, period).await;
        next = page.later_page();
        pages.push(page);
    }
    pages
}

async fn bookings_beyond_a_page_are_on_the_next(site: Site) {
    let demo = site.demo().await;
    let month = load(&site, &demo.achieng, None).await.today.day.month().next();
    let day = |number: i64| month.first_day().plus_days(number);
    // Two days of 5 bookings, then a day of 310, and one in another month.
    let days = (0..10).map(|number| day(number % 2)).chain((0..310).map(|_| day(20))).chain([day(100)]);
    let opened = open_many(&site, &demo, days).await;
    let pages = follow_later(&site, &demo.achieng, AgendaPeriod::Month(month)).await;
    assert_eq!(pages.iter().flat_map(ids).collect::<Vec<_>>(), opened);
    let ends: Vec<_> = pages.iter().map(|page| page.until).collect();
    let within_a_day = AgendaPosition::after(day(20), opened[309]);
    assert_eq!(ends, [Some(AgendaPosition::start_of(day(20))), Some(within_a_day), None]);
    let earlier: Vec<_> = pages.iter().map(|page| page.earlier).collect();
    assert_eq!(earlier, [None, Some(day(1)), Some(day(20))]);
    assert!(pages.iter().all(|page| !page.has_all_of(month)), "a sum of fees would lack some");
    // An answer to one that is listed on another page concerns no other.
    let before = last_cursor(&pages);
    site.greenroom.apply_booking_action(&demo.achieng, opened[315], BookingAction::Accept).await.expect("accepted");
    let log = audit_event_log(&site.greenroom, &demo.achieng).await;
    for mut page in pages {
        let has_it = ids(&page).contains(&opened[315]);
        let last =
            log.iter().filter(|envelope| envelope.seq > before).map(|event| page.apply(demo.achieng.id(), event));
        assert_eq!(last.max(), Some(if has_it { ApplyOutcome::Changed } else { ApplyOutcome::Unchanged }));
    }
}

fn last_cursor(pages: &[Agenda]) -> i64 {
    pages.iter().map(Projection::cursor).max().expect("a page")
}
