//! Sending a message.

use crate::support::{Site, Stream, draft, draft_as, draft_booking, expect_api_error, new_client_id, send_text};
use model::{ApiError, Event, NotificationKind};
use services::{
    Limits, Resume,
    messages::{SendOutcome, Window},
};
use std::time::Duration;

on_both! {
    messages_are_numbered_without_gap,
    message_text_round_trips,
    a_message_notifies_the_counterpart_only,
    a_retry_is_the_same_message,
    a_client_id_with_another_text_is_refused,
    a_client_id_in_another_conversation_is_refused,
    two_people_may_use_the_same_client_id,
    sends_per_minute_are_limited,
    a_refused_send_writes_nothing,
}

async fn messages_are_numbered_without_gap(site: Site) {
    let demo = site.demo().await;
    let conversation =
        site.greenroom.open_booking(&demo.eventpro, draft_booking(demo.achieng.id())).await.expect("a booking");
    for (by, seq) in [(&demo.achieng, 2), (&demo.achieng, 3), (&demo.eventpro, 4)] {
        let message = send_text(&site.greenroom, by, conversation.id, "Sawa").await;
        assert_eq!((message.seq, &message.sender), (seq, by.person()));
        assert_eq!((message.conversation_id, message.booking_id), (conversation.id, conversation.booking.id));
    }
    let history =
        site.greenroom.list_messages(&demo.achieng, conversation.id, Window::Newest, None).await.expect("a history");
    assert_eq!(history.messages.iter().map(|message| message.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
}

async fn message_text_round_trips(site: Site) {
    let demo = site.demo().await;
    let texts = [
        "Habari 👋🏾\n\n  مرحبا — <b>&amp;</b>\t\u{200d}",
        "'; DROP TABLE message; --",
        "data: 1\n\nevent: ready\r\ndata: \u{2028}\\n{}",
        "\u{feff}e\u{301}",
        "%_\\$1 ?1 :name",
    ];
    let (mut stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    for text in texts {
        let sent = send_text(&site.greenroom, &demo.eventpro, demo.launch, text).await;
        assert_eq!(sent.body, text.trim());
        assert_eq!(stream.next_event().await.event, Event::MessageCreated { message: sent.clone() });
        let read =
            site.greenroom.list_messages(&demo.sarah, demo.launch, Window::Newest, Some(1)).await.expect("a history");
        assert_eq!(read.messages, [sent]);
    }
}

async fn a_message_notifies_the_counterpart_only(site: Site) {
    let demo = site.demo().await;
    let (mut sarah_stream, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    let (mut eventpro_stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    site.clock.advance(Duration::from_secs(7));
    let sent = send_text(&site.greenroom, &demo.eventpro, demo.launch, "See you\nthere").await;

    assert_eq!(eventpro_stream.next_event().await.event, Event::MessageCreated { message: sent.clone() });
    assert_eq!(sarah_stream.next_event().await.event, Event::MessageCreated { message: sent.clone() });
    let envelope = sarah_stream.next_event().await;
    assert_eq!(envelope.at, sent.created_at);
    let Event::NotificationCreated { notification } = envelope.event else { panic!("{envelope:?}") };
    assert_eq!(notification.kind, NotificationKind::Message);
    assert_eq!(notification.actor, *demo.eventpro.person());
    assert_eq!(notification.preview, "See you there");
    assert_eq!((notification.conversation_id, notification.booking_id), (Some(demo.launch), Some(sent.booking_id)));

    let notification_list = site.greenroom.list_notifications(&demo.sarah, None).await.expect("notifications");
    assert_eq!(notification_list.notifications.first(), Some(&notification));
    // Only these events were published: the next event of each person is the next message.
    let answer = send_text(&site.greenroom, &demo.sarah, demo.launch, "Asante").await;
    assert_eq!(eventpro_stream.next_event().await.event, Event::MessageCreated { message: answer });
}

async fn a_retry_is_the_same_message(site: Site) {
    let demo = site.demo().await;
    let id = new_client_id();
    let first = site.greenroom.send_message(&demo.sarah, draft_as(id, demo.launch, "Ready when you are")).await;
    let Ok(SendOutcome::New(first)) = first else { panic!("{first:?}") };
    let before = site.count_rows().await;
    site.clock.advance(Duration::from_secs(60));
    for text in ["Ready when you are", "  Ready when you are\n"] {
        let again = site.greenroom.send_message(&demo.sarah, draft_as(id, demo.launch, text)).await;
        let Ok(SendOutcome::Duplicate(again)) = again else { panic!("{again:?}") };
        assert_eq!(again, first);
    }
    assert_eq!(site.count_rows().await, before);
    assert_eq!(
        send_text(&site.greenroom, &demo.sarah, demo.launch, "Next").await.seq,
        first.seq + 1,
        "a retry used up a number"
    );
}

async fn a_client_id_with_another_text_is_refused(site: Site) {
    let demo = site.demo().await;
    let id = new_client_id();
    site.greenroom.send_message(&demo.sarah, draft_as(id, demo.launch, "Yes")).await.expect("a message");
    let before = site.count_rows().await;
    let other = site.greenroom.send_message(&demo.sarah, draft_as(id, demo.launch, "No")).await;
    assert_eq!(expect_api_error(other), ApiError::ClientIdReused);
    assert_eq!(site.count_rows().await, before);
}

async fn a_client_id_in_another_conversation_is_refused(site: Site) {
    let demo = site.demo().await;
    let other =
        site.greenroom.open_booking(&demo.eventpro, draft_booking(demo.kamau.id())).await.expect("a booking").id;
    let id = new_client_id();
    site.greenroom.send_message(&demo.eventpro, draft_as(id, demo.launch, "Yes")).await.expect("a message");
    let before = site.count_rows().await;
    assert_eq!(
        expect_api_error(site.greenroom.send_message(&demo.eventpro, draft_as(id, other, "Yes")).await),
        ApiError::ClientIdReused
    );
    assert_eq!(site.count_rows().await, before);
}

async fn two_people_may_use_the_same_client_id(site: Site) {
    let demo = site.demo().await;
    let id = new_client_id();
    for (by, seq) in [(&demo.sarah, 13), (&demo.eventpro, 14)] {
        let posted = site.greenroom.send_message(by, draft_as(id, demo.launch, "Sawa")).await;
        assert!(matches!(posted, Ok(SendOutcome::New(message)) if message.seq == seq));
    }
}

async fn sends_per_minute_are_limited(site: Site) {
    let demo = site.demo().await;
    let greenroom = site.open_second_node(Limits { sends_per_minute: 3, ..Limits::default() }).await;
    send_text(&greenroom, &demo.eventpro, demo.launch, "One").await;
    site.clock.advance(Duration::from_secs(20));
    send_text(&greenroom, &demo.eventpro, demo.launch, "Two").await;
    greenroom.open_booking(&demo.eventpro, draft_booking(demo.kamau.id())).await.expect("a booking is a message too");

    let before = site.count_rows().await;
    let wait = ApiError::RateLimited { retry_after: 40 };
    assert_eq!(expect_api_error(greenroom.send_message(&demo.eventpro, draft(demo.launch, "Four")).await), wait);
    assert_eq!(expect_api_error(greenroom.open_booking(&demo.eventpro, draft_booking(demo.kamau.id())).await), wait);
    assert_eq!(site.count_rows().await, before);
    send_text(&greenroom, &demo.sarah, demo.launch, "Others may").await;
    site.clock.advance(Duration::from_secs(40));
    send_text(&greenroom, &demo.eventpro, demo.launch, "Four").await;
}

async fn a_refused_send_writes_nothing(site: Site) {
    let demo = site.demo().await;
    let before = site.count_rows().await;
    assert_eq!(
        expect_api_error(site.greenroom.send_message(&demo.kamau, draft(demo.launch, "Hello?")).await),
        ApiError::NotFound
    );
    assert_eq!(site.count_rows().await, before);
    assert_eq!(send_text(&site.greenroom, &demo.sarah, demo.launch, "Hello").await.seq, 13);
}
