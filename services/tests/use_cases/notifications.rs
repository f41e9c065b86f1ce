//! Listing notifications.

use crate::support::{Kind, Site, Stream, expect_api_error, send_text};
use model::{FieldError, Projection, notification::PREVIEW_LIMIT};
use services::Resume;
use std::collections::HashSet;

on_both! {
    paging_yields_every_notification_once,
    unread_count_covers_all_pages,
    a_notification_preview_is_one_short_line,
    an_id_from_a_clock_that_ran_ahead_stands_above_nothing_newer,
}

async fn paging_yields_every_notification_once(site: Site) {
    let cast = site.cast().await;
    for number in 0..62 {
        send_text(&site.greenroom, &cast.sarah, cast.launch, &number.to_string()).await;
    }
    let page = async |page: Option<&str>| {
        site.greenroom.list_notifications(&cast.eventpro, page).await.expect("notifications")
    };
    let mut whole = page(None).await;
    assert_eq!((whole.notifications.len(), &whole.notifications[0].preview), (30, &"61".to_owned()));
    while let Some(next) = whole.next_page.clone() {
        whole.extend(page(Some(&next)).await);
    }
    let ids: Vec<_> = whole.notifications.iter().map(|notification| notification.id).collect();
    assert!(ids.is_sorted_by(|newer, older| newer > older));
    // Six of the twelve seeded messages are the talent's.
    assert_eq!((ids.len(), ids.iter().collect::<HashSet<_>>().len()), (68, 68));
    let forged = expect_api_error(site.greenroom.list_notifications(&cast.eventpro, Some("2")).await);
    assert_eq!(forged.field_error("page"), Some(FieldError::Invalid));
}

async fn unread_count_covers_all_pages(site: Site) {
    let cast = site.cast().await;
    site.greenroom.mark_read(&cast.eventpro, cast.launch, 12).await.expect("marked read");
    for number in 0..33 {
        send_text(&site.greenroom, &cast.sarah, cast.launch, &number.to_string()).await;
    }
    let notices = site.greenroom.list_notifications(&cast.eventpro, None).await.expect("notifications");
    let nav_state = site.greenroom.load_nav_state(&cast.eventpro).await.expect("a nav state");
    assert_eq!((notices.unread, nav_state.unread, notices.cursor), (33, 33, nav_state.cursor));
    assert_eq!(nav_state.person.name, "EventPro Kenya");
}

async fn a_notification_preview_is_one_short_line(site: Site) {
    let cast = site.cast().await;
    send_text(&site.greenroom, &cast.sarah, cast.launch, &"Ni\u{2028}sawa\n\n".repeat(400)).await;
    let notices = site.greenroom.list_notifications(&cast.eventpro, None).await.expect("notifications");
    let preview = &notices.notifications[0].preview;
    assert_eq!(preview.chars().count(), PREVIEW_LIMIT + 1);
    assert!(preview.starts_with("Ni sawa Ni sawa") && preview.ends_with('…'), "{preview}");
}

/// Ids contain the time, and a restarted process may find that the clock was set back.
async fn an_id_from_a_clock_that_ran_ahead_stands_above_nothing_newer(site: Site) {
    let cast = site.cast().await;
    send_text(&site.greenroom, &cast.sarah, cast.launch, "Before").await;
    let ahead = match site.kind {
        Kind::Sqlite => "x'f1000000000070008000000000000000'",
        Kind::Postgres => "'f1000000-0000-7000-8000-000000000000'",
    };
    site.execute(&format!("UPDATE notification SET id = {ahead} WHERE preview = 'Before'")).await;
    let mut view = site.greenroom.list_notifications(&cast.eventpro, None).await.expect("notifications");
    let (mut stream, _) = Stream::ready(&site.greenroom, &cast.eventpro, Resume::After(view.cursor)).await;
    send_text(&site.greenroom, &cast.sarah, cast.launch, "After").await;
    for _ in 0..2 {
        view.apply(cast.eventpro.id(), &stream.next_event().await);
    }
    let now = site.greenroom.list_notifications(&cast.eventpro, None).await.expect("notifications");
    let previews = |list: &[model::Notification]| list[..2].iter().map(|one| one.preview.clone()).collect::<Vec<_>>();
    assert_eq!(previews(&now.notifications), ["After", "Before"]);
    assert_eq!(previews(&view.notifications), ["After", "Before"], "the open page differs");
}
