//! Limits on the inquiries that an organizer may open.

use crate::support::{Site, draft_booking, expect_api_error, new_client_id, soon};
use model::{ApiError, BookingAction, BookingDraft, ClientId, Craft, PersonId};
use services::{Greenroom, Limits, Viewer};
use std::{collections::HashSet, time::Duration};
use tokio::task::JoinSet;

on_both! {
    a_fourth_unanswered_inquiry_to_one_talent_is_refused,
    inquiries_about_past_events_do_not_count,
    a_twenty_first_inquiry_in_a_day_is_refused,
    concurrent_inquiries_through_two_nodes_are_counted,
    a_retry_does_not_count_as_an_inquiry,
    a_clock_set_back_neither_locks_nor_frees_an_organizer,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn open_default_node(site: &Site) -> Greenroom {
    site.open_second_node(Limits::default()).await
}

async fn insert_talents(site: &Site, count: usize) -> Vec<PersonId> {
    let mut talents = Vec::new();
    for number in 0..count {
        talents.push(site.insert_talent(&format!("Talent {number}"), Craft::Dj).await);
    }
    talents
}

fn draft_retry(client_id: ClientId, talent: PersonId) -> BookingDraft {
    BookingDraft { client_id: Some(client_id), ..draft_booking(talent) }
}

async fn a_fourth_unanswered_inquiry_to_one_talent_is_refused(site: Site) {
    let (greenroom, demo) = (open_default_node(&site).await, site.demo().await);
    let mut bookings = Vec::new();
    for _ in 0..3 {
        let opened = greenroom.open_booking(&demo.eventpro, draft_booking(demo.achieng.id())).await.expect("a booking");
        bookings.push(opened.booking.id);
    }
    let before = site.count_rows().await;
    let fourth = || greenroom.open_booking(&demo.eventpro, draft_booking(demo.achieng.id()));
    assert_eq!(expect_api_error(fourth().await), ApiError::OpenInquiryLimit { retry_after: 3_600 });
    assert_eq!(site.count_rows().await, before, "a refused inquiry was written");
    greenroom.open_booking(&demo.eventpro, draft_booking(demo.kamau.id())).await.expect("another talent");
    greenroom.open_booking(&demo.safari, draft_booking(demo.achieng.id())).await.expect("another organizer");

    for (viewer, booking, action) in [
        (&demo.achieng, bookings[0], BookingAction::Decline),
        (&demo.achieng, bookings[1], BookingAction::Accept),
        (&demo.eventpro, bookings[2], BookingAction::Cancel),
    ] {
        greenroom.apply_booking_action(viewer, booking, action).await.expect("an action");
        fourth().await.expect("one more inquiry");
        assert_eq!(
            expect_api_error(fourth().await),
            ApiError::OpenInquiryLimit { retry_after: 3_600 },
            "after {action:?}"
        );
    }
}

async fn inquiries_about_past_events_do_not_count(site: Site) {
    let (greenroom, demo) = (open_default_node(&site).await, site.demo().await);
    for _ in 0..3 {
        greenroom.open_booking(&demo.eventpro, draft_booking(demo.achieng.id())).await.expect("a booking");
    }
    let achieng = demo.achieng.id();
    assert!(greenroom.open_booking(&demo.eventpro, draft_booking(achieng)).await.is_err());
    site.execute("UPDATE booking SET event_date = '2020-01-01' WHERE status = 'inquiry'").await;
    greenroom.open_booking(&demo.eventpro, draft_booking(achieng)).await.expect("the other events are past");
}

async fn a_twenty_first_inquiry_in_a_day_is_refused(site: Site) {
    let (greenroom, demo, talents) =
        (open_default_node(&site).await, site.demo().await, insert_talents(&site, 20).await);
    for (number, talent) in talents.iter().enumerate() {
        let opened = greenroom.open_booking(&demo.eventpro, draft_booking(*talent)).await.expect("a booking");
        if number % 2 == 0 {
            greenroom
                .apply_booking_action(&demo.eventpro, opened.booking.id, BookingAction::Cancel)
                .await
                .expect("cancelled, but still counted");
        }
        site.clock.advance(Duration::from_secs(60));
    }
    let one_more = || greenroom.open_booking(&demo.eventpro, draft_booking(demo.achieng.id()));
    let left = DAY.as_secs() - 20 * 60;
    assert_eq!(expect_api_error(one_more().await), ApiError::InquiryLimit { retry_after: left });
    greenroom.open_booking(&demo.safari, draft_booking(demo.achieng.id())).await.expect("another organizer");
    site.clock.advance(Duration::from_secs(left - 1));
    assert_eq!(expect_api_error(one_more().await), ApiError::InquiryLimit { retry_after: 1 });
    site.clock.advance(Duration::from_secs(1));
    one_more().await.expect("the first is a day old");
    assert_eq!(expect_api_error(one_more().await), ApiError::InquiryLimit { retry_after: 60 });
}

async fn open_concurrently(nodes: &[Greenroom], organizer: &Viewer, talents: &[PersonId], count: usize) -> usize {
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let (greenroom, organizer) = (nodes[number % nodes.len()].clone(), organizer.clone());
        let draft = draft_booking(talents[number % talents.len()]);
        tasks.spawn(async move { greenroom.open_booking(&organizer, draft).await.is_ok() });
    }
    soon("all inquiries", tasks.join_all()).await.into_iter().filter(|opened| *opened).count()
}

async fn concurrent_inquiries_through_two_nodes_are_counted(site: Site) {
    let (demo, talents) = (site.demo().await, insert_talents(&site, 30).await);
    let nodes = [open_default_node(&site).await, open_default_node(&site).await];
    assert_eq!(open_concurrently(&nodes, &demo.eventpro, &[demo.achieng.id()], 30).await, 3);
    assert_eq!(open_concurrently(&nodes, &demo.eventpro, &talents, 60).await, 17, "20 a day minus the 3 open ones");
    assert_eq!(open_concurrently(&nodes, &demo.safari, &talents, 60).await, 20);
}

async fn a_retry_does_not_count_as_an_inquiry(site: Site) {
    let (greenroom, demo, id) = (open_default_node(&site).await, site.demo().await, new_client_id());
    let first = greenroom.open_booking(&demo.eventpro, draft_retry(id, demo.achieng.id())).await.expect("a booking");
    for _ in 0..2 {
        greenroom.open_booking(&demo.eventpro, draft_booking(demo.achieng.id())).await.expect("a booking");
    }
    let mut seen = HashSet::from([first.booking.id]);
    for _ in 0..3 {
        let again =
            greenroom.open_booking(&demo.eventpro, draft_retry(id, demo.achieng.id())).await.expect("the same booking");
        seen.insert(again.booking.id);
    }
    assert_eq!(seen.len(), 1);
    let other = greenroom.open_booking(&demo.eventpro, draft_retry(new_client_id(), demo.achieng.id())).await;
    assert_eq!(expect_api_error(other), ApiError::OpenInquiryLimit { retry_after: 3_600 });
}

async fn a_clock_set_back_neither_locks_nor_frees_an_organizer(site: Site) {
    let demo = site.demo().await;
    let greenroom = site.open_second_node(Limits { inquiries_per_day: 2, ..Limits::default() }).await;
    let open = || greenroom.open_booking(&demo.eventpro, draft_booking(demo.achieng.id()));
    open().await.expect("a booking");
    // As if it had been written before the clock was set back by an hour.
    let ahead =
        "UPDATE booking SET created_at = created_at + 3600000 WHERE status = 'inquiry' AND title = 'Harvest dinner'";
    site.execute(ahead).await;
    open().await.expect("a booking");
    open().await.expect("a booking with a future timestamp doesn't count");
    assert!(matches!(expect_api_error(open().await), ApiError::OpenInquiryLimit { .. }));
    let kamau = greenroom.open_booking(&demo.eventpro, draft_booking(demo.kamau.id())).await;
    assert!(matches!(expect_api_error(kamau), ApiError::InquiryLimit { .. }), "newer bookings aren't counted");
}
