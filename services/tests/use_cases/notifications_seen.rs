//! Marking notifications as seen.

use crate::support::{Site, Stream, audit_event_log, load_last_seq};
use model::{Event, NotificationId};
use services::{Resume, notifications::NotificationSelection};
use uuid::Uuid;

on_both! {
    marking_one_notification_is_published,
    marking_all_notifications_is_published_at_once,
    notifications_of_others_are_ignored,
}

async fn list_unread(site: &Site, viewer: &services::Viewer) -> Vec<NotificationId> {
    let notification_list = site.greenroom.list_notifications(viewer, None).await.expect("notifications");
    notification_list.notifications.iter().filter(|known| known.read_at.is_none()).map(|known| known.id).collect()
}

async fn marking_one_notification_is_published(site: Site) {
    let demo = site.demo().await;
    crate::support::send_text(&site.greenroom, &demo.sarah, demo.launch, "One more").await;
    let before = list_unread(&site, &demo.eventpro).await;
    let mut stream = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await.0;
    for _ in 0..2 {
        site.greenroom
            .mark_notifications_seen(&demo.eventpro, NotificationSelection::Ids(vec![before[0]]))
            .await
            .expect("marked");
    }
    let envelope = stream.next_event().await;
    let expected = Event::NotificationRead {
        ids: vec![before[0]],
        all: false,
        unread: before.len() as i64 - 1,
        read_at: envelope.at,
    };
    assert_eq!(envelope.event, expected);
    assert_eq!(list_unread(&site, &demo.eventpro).await, before[1..]);
    audit_event_log(&site.greenroom, &demo.eventpro).await;
}

async fn marking_all_notifications_is_published_at_once(site: Site) {
    let demo = site.demo().await;
    for number in 0..40 {
        crate::support::send_text(&site.greenroom, &demo.sarah, demo.launch, &number.to_string()).await;
    }
    let mut stream = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await.0;
    site.greenroom.mark_notifications_seen(&demo.eventpro, NotificationSelection::All).await.expect("marked");
    let envelope = stream.next_event().await;
    assert_eq!(envelope.event, Event::NotificationRead { ids: vec![], all: true, unread: 0, read_at: envelope.at });
    assert_eq!(site.greenroom.load_nav_state(&demo.eventpro).await.expect("a nav state").unread, 0);
    site.greenroom.mark_notifications_seen(&demo.eventpro, NotificationSelection::All).await.expect("nothing to mark");
    assert_eq!(load_last_seq(&site.greenroom, &demo.eventpro).await, envelope.seq);
    audit_event_log(&site.greenroom, &demo.eventpro).await;
}

async fn notifications_of_others_are_ignored(site: Site) {
    let demo = site.demo().await;
    let eventpro_unread = list_unread(&site, &demo.eventpro).await;
    assert!(!eventpro_unread.is_empty());
    let ids = eventpro_unread.iter().copied().chain([NotificationId(Uuid::now_v7())]).collect();
    site.greenroom.mark_notifications_seen(&demo.kamau, NotificationSelection::Ids(ids)).await.expect("ignored");
    assert_eq!(list_unread(&site, &demo.eventpro).await, eventpro_unread);
}
