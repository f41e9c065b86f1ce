//! Marking notifications as seen.

use crate::support::{Site, Stream, audit_event_log};
use model::{Event, NotificationId};
use services::{Resume, notifications::NotificationSelection};
use uuid::Uuid;

on_both! {
    marking_one_notification_is_published,
    marking_all_notifications_is_published_at_once,
    notifications_of_others_are_ignored,
}

async fn unread(site: &Site, viewer: &services::Viewer) -> Vec<NotificationId> {
    let notices = site.greenroom.list_notifications(viewer, None).await.expect("notifications");
    notices.notifications.iter().filter(|known| known.read_at.is_none()).map(|known| known.id).collect()
}

async fn marking_one_notification_is_published(site: Site) {
    let cast = site.cast().await;
    crate::support::send_text(&site.greenroom, &cast.sarah, cast.launch, "One more").await;
    let before = unread(&site, &cast.eventpro).await;
    let mut stream = Stream::ready(&site.greenroom, &cast.eventpro, Resume::Live).await.0;
    for _ in 0..2 {
        site.greenroom
            .mark_notifications_seen(&cast.eventpro, NotificationSelection::These(vec![before[0]]))
            .await
            .expect("marked");
    }
    let told = stream.next_event().await;
    let expected =
        Event::NotificationRead { ids: vec![before[0]], all: false, unread: before.len() as i64 - 1, read_at: told.at };
    assert_eq!(told.event, expected);
    assert_eq!(unread(&site, &cast.eventpro).await, before[1..]);
    audit_event_log(&site.greenroom, &cast.eventpro).await;
}

async fn marking_all_notifications_is_published_at_once(site: Site) {
    let cast = site.cast().await;
    for number in 0..40 {
        crate::support::send_text(&site.greenroom, &cast.sarah, cast.launch, &number.to_string()).await;
    }
    let mut stream = Stream::ready(&site.greenroom, &cast.eventpro, Resume::Live).await.0;
    site.greenroom.mark_notifications_seen(&cast.eventpro, NotificationSelection::All).await.expect("marked");
    let told = stream.next_event().await;
    assert_eq!(told.event, Event::NotificationRead { ids: vec![], all: true, unread: 0, read_at: told.at });
    assert_eq!(site.greenroom.load_nav_state(&cast.eventpro).await.expect("a nav state").unread, 0);
    site.greenroom.mark_notifications_seen(&cast.eventpro, NotificationSelection::All).await.expect("nothing to mark");
    assert_eq!(site.greenroom.load_nav_state(&cast.eventpro).await.expect("a nav state").cursor, told.seq);
    audit_event_log(&site.greenroom, &cast.eventpro).await;
}

async fn notifications_of_others_are_ignored(site: Site) {
    let cast = site.cast().await;
    let theirs = unread(&site, &cast.eventpro).await;
    assert!(!theirs.is_empty());
    let ids = theirs.iter().copied().chain([NotificationId(Uuid::now_v7())]).collect();
    site.greenroom.mark_notifications_seen(&cast.kamau, NotificationSelection::These(ids)).await.expect("ignored");
    assert_eq!(unread(&site, &cast.eventpro).await, theirs);
}
