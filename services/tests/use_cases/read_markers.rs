//! Read markers.

use crate::support::{Site, Stream, audit_event_log, draft, draft_booking, send_text, soon};
use model::{Conversation, Event};
use services::{Limits, Resume};
use std::time::Duration;
use tokio::task::JoinSet;

on_both! {
    read_markers_move_forward_only,
    a_read_marker_stops_at_the_last_message,
    read_markers_are_published_to_both_parties,
    marking_read_marks_its_notifications_seen,
    marking_a_part_read_keeps_the_rest_unread,
    unread_counts_stay_right_during_sends,
}

async fn load_sarahs_conversation(site: &Site, demo: &crate::support::DemoData) -> Conversation {
    site.greenroom.load_conversation(&demo.sarah, demo.launch).await.expect("her conversation").0
}

async fn read_markers_move_forward_only(site: Site) {
    let demo = site.demo().await;
    for text in ["One", "Two", "Three"] {
        send_text(&site.greenroom, &demo.eventpro, demo.launch, text).await;
    }
    site.greenroom.mark_read(&demo.sarah, demo.launch, 14).await.expect("marked read");
    let before = (load_sarahs_conversation(&site, &demo).await, site.count_rows().await);
    assert_eq!((before.0.read_seq, before.0.unread), (14, 1));
    for seq in [14, 13, 1, 0, -1, i64::MIN] {
        site.greenroom.mark_read(&demo.sarah, demo.launch, seq).await.expect("nothing to do");
        assert_eq!((load_sarahs_conversation(&site, &demo).await, site.count_rows().await), before, "{seq}");
    }
}

async fn a_read_marker_stops_at_the_last_message(site: Site) {
    let demo = site.demo().await;
    send_text(&site.greenroom, &demo.eventpro, demo.launch, "The thirteenth").await;
    let (mut stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    site.greenroom.mark_read(&demo.sarah, demo.launch, i64::MAX).await.expect("marked read");
    let read =
        Event::ConversationRead { conversation_id: demo.launch, user_id: demo.sarah.id(), read_seq: 13, unread: 0 };
    assert_eq!(stream.next_event().await.event, read);
    assert_eq!(
        (load_sarahs_conversation(&site, &demo).await.read_seq, load_sarahs_conversation(&site, &demo).await.unread),
        (13, 0)
    );

    let before = site.count_rows().await;
    site.greenroom.mark_read(&demo.sarah, demo.launch, i64::MAX).await.expect("nothing to do");
    assert_eq!(site.count_rows().await, before, "an unchanged marker was published");
    send_text(&site.greenroom, &demo.eventpro, demo.launch, "The fourteenth").await;
    assert_eq!(load_sarahs_conversation(&site, &demo).await.unread, 1);
}

async fn read_markers_are_published_to_both_parties(site: Site) {
    let demo = site.demo().await;
    let last = send_text(&site.greenroom, &demo.sarah, demo.launch, "Look at these").await.seq;
    let (mut sarah_stream, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    let (mut eventpro_stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    site.greenroom.mark_read(&demo.eventpro, demo.launch, last).await.expect("marked read");
    let (to_her, to_them) = (sarah_stream.next_event().await.event, eventpro_stream.next_event().await.event);
    assert_eq!(to_her, to_them);
    assert!(matches!(to_her, Event::ConversationRead { user_id, unread: 0, .. } if user_id == demo.eventpro.id()));
    assert_eq!(eventpro_stream.event_names(1).await, ["notification.read"]);

    let conversation = load_sarahs_conversation(&site, &demo).await;
    assert_eq!((conversation.counterpart_read_seq, conversation.counterpart_delivered_seq), (last, last));
}

async fn marking_read_marks_its_notifications_seen(site: Site) {
    let demo = site.demo().await;
    site.greenroom.mark_read(&demo.sarah, demo.launch, 12).await.expect("marked read");
    let unread = async || site.greenroom.list_notifications(&demo.sarah, None).await.expect("notifications").unread;
    let elsewhere = site.greenroom.open_booking(&demo.safari, draft_booking(demo.sarah.id())).await.expect("a booking");
    let last = send_text(&site.greenroom, &demo.eventpro, demo.launch, "One").await.seq;
    assert_eq!(unread().await, 2);

    let (mut stream, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    site.clock.advance(Duration::from_secs(90));
    site.greenroom.mark_read(&demo.sarah, demo.launch, last).await.expect("marked read");
    assert_eq!(stream.event_names(1).await, ["conversation.read"]);
    let envelope = stream.next_event().await;
    let notification_list = site.greenroom.list_notifications(&demo.sarah, None).await.expect("notifications");
    let seen =
        notification_list.notifications.iter().find(|known| known.conversation_id == Some(demo.launch)).expect("one");
    let read = Event::NotificationRead { ids: vec![seen.id], all: false, unread: 1, read_at: envelope.at };
    assert_eq!((envelope.event, seen.read_at), (read, Some(envelope.at)));
    assert_eq!(unread().await, 1);

    site.greenroom.mark_read(&demo.sarah, elsewhere.id, 1).await.expect("marked read");
    assert_eq!(unread().await, 0, "the booking's notification is still unread");
    // Own messages create no notification: reading them publishes no `notification.read`.
    let own = send_text(&site.greenroom, &demo.sarah, demo.launch, "Mine").await.seq;
    site.greenroom.mark_read(&demo.sarah, demo.launch, own).await.expect("marked read");
    assert_eq!(
        stream.event_names(4).await,
        ["conversation.read", "notification.read", "message.created", "conversation.read"]
    );
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Mine too").await;
    assert_eq!(stream.event_names(1).await, ["message.created"]);
}

async fn marking_a_part_read_keeps_the_rest_unread(site: Site) {
    let demo = site.demo().await;
    site.greenroom.mark_read(&demo.sarah, demo.launch, 12).await.expect("marked read");
    for text in ["One", "Two", "Three"] {
        send_text(&site.greenroom, &demo.eventpro, demo.launch, text).await;
    }
    site.greenroom.mark_read(&demo.sarah, demo.launch, 13).await.expect("marked read");
    assert_eq!(load_sarahs_conversation(&site, &demo).await.unread, 2);
    let notification_list = site.greenroom.list_notifications(&demo.sarah, None).await.expect("notifications");
    assert_eq!(notification_list.unread, 2);
    let seen: Vec<_> =
        notification_list.notifications.iter().take(3).map(|notification| notification.read_at.is_some()).collect();
    assert_eq!(seen, [false, false, true]);
    audit_event_log(&site.greenroom, &demo.sarah).await;
}

/// Sarah reads two conversations on two devices while others send to her. Her events are then recounted one by one: an
/// unread count that doesn't belong to its event's number would be found.
async fn unread_counts_stay_right_during_sends(site: Site) {
    let demo = site.demo().await;
    let second = site.open_second_node(Limits::default()).await;
    let other = site.greenroom.open_booking(&demo.safari, draft_booking(demo.sarah.id())).await.expect("a booking").id;
    let mut tasks = JoinSet::new();
    for (conversation, by, first) in [(demo.launch, &demo.eventpro, 14), (other, &demo.safari, 2)] {
        for greenroom in [&site.greenroom, &second] {
            let (writes, writer) = (greenroom.clone(), by.clone());
            tasks.spawn(async move {
                for number in 0..15 {
                    writes.send_message(&writer, draft(conversation, &number.to_string())).await.expect("a message");
                }
            });
            let (reads, reader, writer) = (greenroom.clone(), demo.sarah.clone(), by.clone());
            tasks.spawn(async move {
                for seq in first..first + 20 {
                    reads.mark_read(&reader, conversation, seq).await.expect("marked read");
                    reads.mark_read(&writer, conversation, seq).await.expect("marked read");
                }
            });
        }
    }
    soon("all requests", tasks.join_all()).await;
    for viewer in [&demo.sarah, &demo.eventpro, &demo.safari] {
        audit_event_log(&site.greenroom, viewer).await;
    }
}
