//! Delivery and read receipts, and marking as unread.

use crate::support::{Cast, Site, Stream, audit_event_log, send_text};
use model::{AccountInput, Conversation, Event};
use services::{Resume, Viewer};

on_both! {
    the_sender_receives_delivery_receipts,
    delivery_markers_move_forward_only,
    a_read_message_counts_as_delivered,
    without_receipts_no_receipt_is_published,
    disabling_receipts_hides_those_of_others,
    mark_unread_is_published_to_own_devices_only,
    reading_again_publishes_no_second_receipt,
    mark_unread_ignores_unread_messages,
}

async fn of(site: &Site, viewer: &Viewer, cast: &Cast) -> Conversation {
    site.greenroom.load_conversation(viewer, cast.launch).await.expect("a conversation").0
}

async fn want_receipts(site: &Site, viewer: &Viewer, wanted: bool) {
    let input = AccountInput { receipts: Some(wanted), ..Default::default() };
    let account = site.greenroom.change_account(viewer, input.parse(viewer.role()).expect("a change")).await;
    assert_eq!(account.expect("changed").receipts, wanted);
}

/// Marks the twelve seeded messages as read by Sarah; EventPro then sends `count` more.
async fn written(site: &Site, cast: &Cast, count: usize) {
    site.greenroom.mark_read(&cast.sarah, cast.launch, 12).await.expect("marked read");
    for number in 0..count {
        send_text(&site.greenroom, &cast.eventpro, cast.launch, &number.to_string()).await;
    }
}

async fn the_sender_receives_delivery_receipts(site: Site) {
    let cast = site.cast().await;
    written(&site, &cast, 2).await;
    let (mut theirs, _) = Stream::ready(&site.greenroom, &cast.eventpro, Resume::Live).await;
    let (mut hers, _) = Stream::ready(&site.greenroom, &cast.sarah, Resume::Live).await;
    site.greenroom.mark_delivered(&cast.sarah, cast.launch, 13).await.expect("delivered");
    let (conversation_id, user_id) = (cast.launch, cast.sarah.id());
    let delivered = Event::ConversationDelivered { conversation_id, user_id, delivered_seq: 13 };
    assert_eq!(theirs.next_event().await.event, delivered);
    let now = of(&site, &cast.eventpro, &cast).await;
    assert_eq!((now.counterpart_delivered_seq, now.counterpart_read_seq), (13, 12));
    send_text(&site.greenroom, &cast.sarah, cast.launch, "Got it").await;
    assert_eq!(hers.event_names(1).await, ["message.created"], "her own device got the receipt");
}

async fn delivery_markers_move_forward_only(site: Site) {
    let cast = site.cast().await;
    written(&site, &cast, 3).await;
    site.greenroom.mark_delivered(&cast.sarah, cast.launch, 14).await.expect("delivered");
    let before = site.count_rows().await;
    for seq in [14, 13, 0, -1, i64::MIN] {
        site.greenroom.mark_delivered(&cast.sarah, cast.launch, seq).await.expect("nothing to do");
    }
    assert_eq!(site.count_rows().await, before);
    site.greenroom.mark_delivered(&cast.sarah, cast.launch, i64::MAX).await.expect("delivered");
    assert_eq!(of(&site, &cast.eventpro, &cast).await.counterpart_delivered_seq, 15, "past the last message");
    audit_event_log(&site.greenroom, &cast.eventpro).await;
}

async fn a_read_message_counts_as_delivered(site: Site) {
    let cast = site.cast().await;
    written(&site, &cast, 2).await;
    site.greenroom.mark_read(&cast.sarah, cast.launch, 14).await.expect("marked read");
    assert_eq!(of(&site, &cast.eventpro, &cast).await.counterpart_delivered_seq, 14);
}

async fn without_receipts_no_receipt_is_published(site: Site) {
    let cast = site.cast().await;
    written(&site, &cast, 2).await;
    want_receipts(&site, &cast.sarah, false).await;
    let (mut theirs, _) = Stream::ready(&site.greenroom, &cast.eventpro, Resume::Live).await;
    let (mut hers, _) = Stream::ready(&site.greenroom, &cast.sarah, Resume::Live).await;
    site.greenroom.mark_delivered(&cast.sarah, cast.launch, 13).await.expect("delivered");
    site.greenroom.mark_read(&cast.sarah, cast.launch, 14).await.expect("marked read");
    assert_eq!(hers.event_names(2).await, ["conversation.read", "notification.read"], "her own devices");
    let now = of(&site, &cast.eventpro, &cast).await;
    assert_eq!((now.counterpart_delivered_seq, now.counterpart_read_seq), (12, 12));

    want_receipts(&site, &cast.sarah, true).await;
    send_text(&site.greenroom, &cast.eventpro, cast.launch, "And now?").await;
    site.greenroom.mark_read(&cast.sarah, cast.launch, 15).await.expect("marked read");
    assert_eq!(theirs.event_names(2).await, ["message.created", "conversation.read"]);
    assert_eq!(of(&site, &cast.eventpro, &cast).await.counterpart_read_seq, 15);
}

async fn disabling_receipts_hides_those_of_others(site: Site) {
    let cast = site.cast().await;
    want_receipts(&site, &cast.eventpro, false).await;
    let before = of(&site, &cast.eventpro, &cast).await.counterpart_read_seq;
    written(&site, &cast, 1).await;
    site.greenroom.mark_read(&cast.sarah, cast.launch, 13).await.expect("marked read");
    assert_eq!(of(&site, &cast.eventpro, &cast).await.counterpart_read_seq, before);
    assert_eq!(of(&site, &cast.sarah, &cast).await.read_seq, 13);
}

async fn mark_unread_is_published_to_own_devices_only(site: Site) {
    let cast = site.cast().await;
    written(&site, &cast, 3).await;
    site.greenroom.mark_read(&cast.sarah, cast.launch, 15).await.expect("marked read");
    let (mut hers, _) = Stream::ready(&site.greenroom, &cast.sarah, Resume::Live).await;
    let (mut theirs, _) = Stream::ready(&site.greenroom, &cast.eventpro, Resume::Live).await;
    site.greenroom.mark_unread(&cast.sarah, cast.launch, 14).await.expect("marked");
    let (conversation_id, user_id) = (cast.launch, cast.sarah.id());
    let told = Event::ConversationRead { conversation_id, user_id, read_seq: 13, unread: 2 };
    assert_eq!(hers.next_event().await.event, told);
    let now = of(&site, &cast.sarah, &cast).await;
    assert_eq!((now.read_seq, now.unread), (13, 2));
    assert_eq!(of(&site, &cast.eventpro, &cast).await.counterpart_read_seq, 15, "the counterpart's receipt moved back");
    send_text(&site.greenroom, &cast.eventpro, cast.launch, "Hello?").await;
    assert_eq!(theirs.event_names(1).await, ["message.created"]);
    assert_eq!(of(&site, &cast.sarah, &cast).await.unread, 3);
}

async fn reading_again_publishes_no_second_receipt(site: Site) {
    let cast = site.cast().await;
    written(&site, &cast, 2).await;
    site.greenroom.mark_read(&cast.sarah, cast.launch, 14).await.expect("marked read");
    site.greenroom.mark_unread(&cast.sarah, cast.launch, 1).await.expect("marked");
    let (mut theirs, _) = Stream::ready(&site.greenroom, &cast.eventpro, Resume::Live).await;
    site.greenroom.mark_read(&cast.sarah, cast.launch, 13).await.expect("marked read");
    site.greenroom.mark_read(&cast.sarah, cast.launch, 14).await.expect("marked read");
    send_text(&site.greenroom, &cast.eventpro, cast.launch, "Hello?").await;
    assert_eq!(theirs.event_names(1).await, ["message.created"]);
    for viewer in [&cast.sarah, &cast.eventpro] {
        audit_event_log(&site.greenroom, viewer).await;
    }
}

async fn mark_unread_ignores_unread_messages(site: Site) {
    let cast = site.cast().await;
    written(&site, &cast, 2).await;
    let before = site.count_rows().await;
    for seq in [13, 14, 99, i64::MAX] {
        site.greenroom.mark_unread(&cast.sarah, cast.launch, seq).await.expect("nothing to do");
    }
    assert_eq!(site.count_rows().await, before);
    site.greenroom.mark_unread(&cast.sarah, cast.launch, i64::MIN).await.expect("marked");
    assert_eq!(of(&site, &cast.sarah, &cast).await.read_seq, 0);
}
