//! Opening a booking.

use crate::support::{Kind, Site, Stream, draft_booking, event_day, expect_api_error};
use model::{ApiError, BookingStatus, Event, FieldError, NotificationKind, PersonId};
use services::{Resume, messages::Window};
use std::collections::HashSet;
use uuid::Uuid;

on_both! {
    a_booking_opens_a_conversation_with_its_message,
    both_parties_receive_events_in_order,
    talent_cannot_open_bookings,
    only_talent_can_be_booked,
    paging_yields_every_booking_once,
    order_survives_an_id_from_a_fast_clock,
}

async fn a_booking_opens_a_conversation_with_its_message(site: Site) {
    let demo = site.demo().await;
    let opened =
        site.greenroom.open_booking(&demo.eventpro, draft_booking(demo.achieng.id())).await.expect("a booking");
    let booking = &opened.booking;
    assert_eq!((booking.title.as_str(), booking.venue.as_str()), ("Harvest dinner", "Karura, Nairobi"));
    assert_eq!((booking.event_date, booking.fee.format_amount()), (event_day(), "KES 25,000".into()));
    assert_eq!(booking.status, BookingStatus::Inquiry);
    assert_eq!((&booking.organizer, &booking.talent), (demo.eventpro.person(), demo.achieng.person()));
    assert_eq!((opened.last_seq, opened.unread, opened.read_seq), (1, 0, 0));

    let message = opened.last_message.clone().expect("the first message");
    assert_eq!((message.body.as_str(), message.seq), ("Are you free that evening?", 1));
    assert_eq!(site.greenroom.load_booking(&demo.eventpro, booking.id).await.expect("the booking"), opened);
    let received = site.greenroom.load_booking(&demo.achieng, booking.id).await.expect("the booking");
    assert_eq!((&received.booking, &received.counterpart, received.unread), (booking, demo.eventpro.person(), 1));
    let thread = site.greenroom.load_thread(&demo.achieng, opened.id, Window::Newest).await.expect("a thread");
    assert_eq!((thread.messages, thread.conversation), (vec![message], received));
}

async fn both_parties_receive_events_in_order(site: Site) {
    let demo = site.demo().await;
    let (mut achieng_stream, _) = Stream::ready(&site.greenroom, &demo.achieng, Resume::Live).await;
    let (mut eventpro_stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    let opened =
        site.greenroom.open_booking(&demo.eventpro, draft_booking(demo.achieng.id())).await.expect("a booking");

    assert_eq!(eventpro_stream.event_names(2).await, ["conversation.created", "message.created"]);
    let Event::ConversationCreated { conversation } = achieng_stream.next_event().await.event else {
        panic!("not the first")
    };
    assert_eq!((conversation.id, &conversation.counterpart), (opened.id, demo.eventpro.person()));
    assert_eq!((conversation.last_seq, &conversation.last_message), (0, &None));
    let Event::MessageCreated { message } = achieng_stream.next_event().await.event else { panic!("not the second") };
    assert_eq!(Some(message), opened.last_message);
    let Event::NotificationCreated { notification } = achieng_stream.next_event().await.event else {
        panic!("not the third")
    };
    assert_eq!((notification.kind, notification.conversation_id), (NotificationKind::Booking, Some(opened.id)));
    assert_eq!(notification.preview, "Are you free that evening?");
}

async fn talent_cannot_open_bookings(site: Site) {
    let demo = site.demo().await;
    let before = site.count_rows().await;
    for talent in [demo.kamau.id(), demo.sarah.id(), PersonId(Uuid::now_v7())] {
        assert_eq!(
            expect_api_error(site.greenroom.open_booking(&demo.sarah, draft_booking(talent)).await),
            ApiError::WrongRole
        );
    }
    assert_eq!(site.count_rows().await, before);
}

async fn only_talent_can_be_booked(site: Site) {
    let demo = site.demo().await;
    let before = site.count_rows().await;
    for not_a_talent in [PersonId(Uuid::now_v7()), demo.safari.id(), demo.eventpro.id()] {
        let answer = expect_api_error(site.greenroom.open_booking(&demo.eventpro, draft_booking(not_a_talent)).await);
        assert_eq!(answer, ApiError::for_field("talentId", FieldError::Invalid));
    }
    assert_eq!(site.count_rows().await, before);
}

async fn paging_yields_every_booking_once(site: Site) {
    let demo = site.demo().await;
    for _ in 0..61 {
        site.greenroom.open_booking(&demo.eventpro, draft_booking(demo.achieng.id())).await.expect("a booking");
    }
    let (mut seen, mut pages, mut page) = (Vec::new(), 0, None);
    loop {
        let (bookings, next) = site.greenroom.list_bookings(&demo.achieng, page.as_deref()).await.expect("bookings");
        seen.extend(bookings.into_iter().map(|booking| booking.id));
        pages += 1;
        page = next;
        if page.is_none() {
            break;
        }
    }
    assert_eq!((pages, seen.len(), seen.iter().collect::<HashSet<_>>().len()), (3, 61, 61));
    assert!(seen.is_sorted_by(|newer, older| newer > older));
    assert!(site.greenroom.list_bookings(&demo.achieng, Some("2")).await.is_err());
}

/// Ids contain the time, and a restarted process may find that the clock was set back.
async fn order_survives_an_id_from_a_fast_clock(site: Site) {
    let demo = site.demo().await;
    site.greenroom.open_booking(&demo.eventpro, draft_booking(demo.achieng.id())).await.expect("a booking");
    let (unchecked, ahead) = match site.kind {
        Kind::Sqlite => ("PRAGMA foreign_keys = off", "x'f1000000000070008000000000000000'"),
        Kind::Postgres => ("SET session_replication_role = replica", "'f1000000-0000-7000-8000-000000000000'"),
    };
    let before = "(SELECT id FROM person WHERE name = 'MC Achieng')";
    site.execute(&format!(
        "{unchecked}; UPDATE conversation SET booking_id = {ahead} WHERE talent_id = {before}; \
         UPDATE booking SET id = {ahead} WHERE talent_id = {before}"
    ))
    .await;
    let newest =
        site.greenroom.open_booking(&demo.eventpro, draft_booking(demo.achieng.id())).await.expect("a booking");
    for viewer in [&demo.eventpro, &demo.achieng] {
        let (bookings, _) = site.greenroom.list_bookings(viewer, None).await.expect("bookings");
        assert!(bookings.len() > 1 && bookings[0].id == newest.booking.id);
    }
}
