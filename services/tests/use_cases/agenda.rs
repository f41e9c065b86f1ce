//! The bookings by day.

use crate::support::{DemoData, Site, draft_booking};
use model::{Agenda, BookingAction, BookingDraft, BookingId, Day, Money, Month};
use services::Viewer;
use std::time::Duration;

on_both! {
    bookings_are_listed_by_day,
    a_month_has_the_sums_of_its_agreed_fees,
    other_months_are_found,
    too_many_bookings_are_cut_between_days,
}

async fn open(site: &Site, demo: &DemoData, day: Day, currency: &str) -> BookingId {
    let fee = Money { amount: 1_000_000, currency: currency.to_owned() };
    let draft = BookingDraft { event_date: day, fee, ..draft_booking(demo.achieng.id()) };
    site.greenroom.open_booking(&demo.eventpro, draft).await.expect("a booking").booking.id
}

async fn load(site: &Site, viewer: &Viewer, month: Option<Month>) -> Agenda {
    site.greenroom.load_agenda(viewer, month).await.expect("an agenda")
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
    assert_eq!((ids(&agenda), agenda.from), (vec![first, second, later], today.month().first_day()));
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

async fn too_many_bookings_are_cut_between_days(site: Site) {
    let demo = site.demo().await;
    let today = load(&site, &demo.achieng, None).await.today.day;
    for number in 0..302 {
        // Within the limit of messages per minute.
        site.clock.advance(Duration::from_secs(1));
        open(&site, &demo, today.plus_days(number / 150), "KES").await;
    }
    let agenda = load(&site, &demo.achieng, None).await;
    let cut_at = Some(today.plus_days(2));
    assert_eq!((agenda.bookings.len(), agenda.until, agenda.later), (300, cut_at, cut_at));
}
