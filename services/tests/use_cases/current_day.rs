//! The day by which bookings are past: the one where the viewer's device is, else that of the site.

use crate::support::{DemoData, Site, draft_booking};
use model::{AgendaPeriod, BookingAction, BookingDraft, ConversationId, Day, InboxFilter, InboxList, Timestamp};
use services::{Viewer, clock::Clock};
use std::time::Duration;

on_both! {
    a_day_ends_where_the_viewer_is,
}

/// Advances the clock to a time in UTC, written `21:00`.
fn advance_to(site: &Site, day: Day, clock: &str) {
    let time: Timestamp = format!("{day}T{clock}:00Z").parse().expect("a time");
    let millis = time.millis() - site.clock.now().millis();
    site.clock.advance(Duration::from_millis(millis.try_into().expect("a later time")));
}

async fn load(site: &Site, viewer: &Viewer, filter: InboxFilter) -> InboxList {
    site.greenroom.load_inbox_list(viewer, filter, None, None).await.expect("a list")
}

/// Opens a request for MC Achieng that she has read.
async fn open(site: &Site, demo: &DemoData, organizer: &Viewer, day: Day) -> ConversationId {
    let draft = BookingDraft { event_date: day, ..draft_booking(demo.achieng.id()) };
    let opened = site.greenroom.open_booking(organizer, draft).await.expect("a booking");
    site.greenroom.mark_read(&demo.achieng, opened.id, 9).await.expect("read");
    opened.id
}

/// What a viewer sees of the agreed booking and of the unanswered request.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    today: Day,
    is_agreed: bool,
    is_next: bool,
    is_past: bool,
    needs_answer: bool,
}

async fn look(site: &Site, viewer: &Viewer, agreed: ConversationId, request: ConversationId) -> Shown {
    let has = |list: &InboxList, id| list.entries.iter().any(|entry| entry.conversation.id == id);
    let list = load(site, viewer, InboxFilter::Agreed).await;
    let agenda = site.greenroom.load_agenda(viewer, AgendaPeriod::Upcoming).await.expect("an agenda");
    assert_eq!(agenda.today, list.today);
    assert!(list.today.ends_at > site.clock.now());
    let find = |filter| site.greenroom.load_inbox_list(viewer, filter, Some("harvest"), None);
    let found = find(InboxFilter::Agreed).await.expect("a list");
    assert_eq!(has(&found, agreed), has(&list, agreed), "a search has another day");
    Shown {
        today: list.today.day,
        is_agreed: has(&list, agreed),
        is_next: list.next_up.is_some_and(|next| next.event_date == list.today.day),
        is_past: has(&load(site, viewer, InboxFilter::Past).await, agreed),
        needs_answer: has(&load(site, viewer, InboxFilter::NeedsYou).await, request),
    }
}

async fn a_day_ends_where_the_viewer_is(site: Site) {
    let demo = site.demo().await;
    let day = site.clock.now().day().plus_days(2);
    let agreed = open(&site, &demo, &demo.eventpro, day).await;
    let request = open(&site, &demo, &demo.safari, day).await;
    let booking = site.greenroom.load_conversation(&demo.achieng, agreed).await.expect("a conversation").0.booking.id;
    site.greenroom.apply_booking_action(&demo.achieng, booking, BookingAction::Accept).await.expect("accepted");
    let zone = "America/Bogota".parse().expect("a name");
    site.greenroom.set_time_zone(&demo.achieng, zone).await.expect("stored");
    let demo = site.demo().await;
    let during = |needs_answer| Shown { today: day, is_agreed: true, is_next: true, is_past: false, needs_answer };
    let after = Shown { today: day.plus_days(1), is_agreed: false, is_next: false, is_past: true, needs_answer: false };
    // EventPro's device has reported nothing: 23:59 in Nairobi, where the site is, and then midnight.
    advance_to(&site, day, "20:59");
    assert_eq!(look(&site, &demo.eventpro, agreed, request).await, during(false));
    advance_to(&site, day, "21:00");
    assert_eq!(look(&site, &demo.eventpro, agreed, request).await, after);
    // MC Achieng's device is in Bogota, five hours west of UTC.
    assert_eq!(look(&site, &demo.achieng, agreed, request).await, during(true));
    let ends_at = load(&site, &demo.achieng, InboxFilter::All).await.today.ends_at;
    assert_eq!(ends_at.to_string(), format!("{}T05:00:00Z", day.plus_days(1)));
    advance_to(&site, day.plus_days(1), "04:59");
    assert_eq!(look(&site, &demo.achieng, agreed, request).await, during(true));
    advance_to(&site, day.plus_days(1), "05:00");
    assert_eq!(look(&site, &demo.achieng, agreed, request).await, after);
}
