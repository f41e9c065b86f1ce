//! Data of others is reported as not found.

use crate::support::{Site, draft, draft_booking, expect_api_error, load_last_seq, send_text};
use model::{ApiError, BookingId, ConversationId};
use services::{Viewer, messages::Window};
use uuid::Uuid;

on_both! {
    a_stranger_cannot_access_a_conversation,
    not_found_does_not_reveal_existence,
    lists_contain_only_the_viewers_entries,
    events_are_published_to_both_parties_only,
}

/// Tries every use case that takes a conversation or booking; returns their errors.
async fn try_all_access(
    site: &Site,
    viewer: &Viewer,
    conversation: ConversationId,
    booking: BookingId,
) -> Vec<ApiError> {
    let greenroom = &site.greenroom;
    vec![
        expect_api_error(greenroom.load_conversation(viewer, conversation).await),
        expect_api_error(greenroom.load_thread(viewer, conversation, Window::Newest).await),
        expect_api_error(greenroom.load_thread(viewer, conversation, Window::After(0)).await),
        expect_api_error(greenroom.list_messages(viewer, conversation, Window::Newest, None).await),
        expect_api_error(greenroom.list_messages(viewer, conversation, Window::Before(5), Some(1)).await),
        expect_api_error(greenroom.send_message(viewer, draft(conversation, "Let me in")).await),
        expect_api_error(greenroom.mark_read(viewer, conversation, 0).await),
        expect_api_error(greenroom.mark_read(viewer, conversation, i64::MAX).await),
        expect_api_error(greenroom.mark_unread(viewer, conversation, 1).await),
        expect_api_error(greenroom.mark_delivered(viewer, conversation, i64::MAX).await),
        expect_api_error(greenroom.notify_typing(viewer, conversation).await),
        expect_api_error(greenroom.load_presence(viewer, conversation).await),
        expect_api_error(greenroom.load_booking(viewer, booking).await),
    ]
}

async fn a_stranger_cannot_access_a_conversation(site: Site) {
    let demo = site.demo().await;
    for by in [&demo.sarah, &demo.eventpro] {
        send_text(&site.greenroom, by, demo.launch, "Something to read on both sides").await;
    }
    let (launch, _) = site.greenroom.load_conversation(&demo.sarah, demo.launch).await.expect("her conversation");
    let before = site.count_rows().await;
    for stranger in [&demo.safari, &demo.kamau, &demo.achieng] {
        let answers = try_all_access(&site, stranger, demo.launch, launch.booking.id).await;
        assert_eq!(answers, vec![ApiError::NotFound; answers.len()], "{}", stranger.person().name);
    }
    assert_eq!(site.count_rows().await, before);
    let (after, _) = site.greenroom.load_conversation(&demo.sarah, demo.launch).await.expect("her conversation");
    assert_eq!(after, launch);
}

async fn not_found_does_not_reveal_existence(site: Site) {
    let demo = site.demo().await;
    for viewer in [&demo.sarah, &demo.eventpro] {
        let answers = try_all_access(&site, viewer, ConversationId(Uuid::now_v7()), BookingId(Uuid::now_v7())).await;
        assert_eq!(answers, vec![ApiError::NotFound; answers.len()]);
    }
}

async fn lists_contain_only_the_viewers_entries(site: Site) {
    let demo = site.demo().await;
    site.greenroom.open_booking(&demo.safari, draft_booking(demo.sarah.id())).await.expect("a booking");
    for (viewer, count) in
        [(&demo.eventpro, 1), (&demo.safari, 2), (&demo.sarah, 2), (&demo.kamau, 1), (&demo.achieng, 0)]
    {
        let inbox = site.greenroom.load_inbox(viewer, None).await.expect("an inbox");
        assert_eq!(inbox.conversations.len(), count);
        for conversation in inbox.conversations {
            let booking = &conversation.booking;
            assert!([booking.organizer.id, booking.talent.id].contains(&viewer.id()));
            assert_ne!(conversation.counterpart.id, viewer.id());
        }
        let (bookings, _) = site.greenroom.list_bookings(viewer, None).await.expect("bookings");
        assert_eq!(bookings.len(), count);
        assert!(bookings.iter().all(|booking| [booking.organizer.id, booking.talent.id].contains(&viewer.id())));
        for notification in site.greenroom.list_notifications(viewer, None).await.expect("notifications").notifications
        {
            assert_ne!(notification.actor.id, viewer.id());
            assert!(
                site.greenroom
                    .load_conversation(viewer, notification.conversation_id.expect("a conversation"))
                    .await
                    .is_ok()
            );
        }
    }
}

async fn events_are_published_to_both_parties_only(site: Site) {
    let demo = site.demo().await;
    let last_seq = async |viewer| load_last_seq(&site.greenroom, viewer).await;
    let before = [last_seq(&demo.safari).await, last_seq(&demo.kamau).await, last_seq(&demo.achieng).await];
    site.greenroom.send_message(&demo.sarah, draft(demo.launch, "Between us")).await.expect("a message");
    site.greenroom.mark_read(&demo.eventpro, demo.launch, 14).await.expect("marked read");
    assert_eq!([last_seq(&demo.safari).await, last_seq(&demo.kamau).await, last_seq(&demo.achieng).await], before);
}
