//! Delivery and read receipts, and marking as unread.

use crate::support::{DemoData, Site, Stream, audit_event_log, send_text};
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

async fn load_conversation(site: &Site, viewer: &Viewer, demo: &DemoData) -> Conversation {
    site.greenroom.load_conversation(viewer, demo.launch).await.expect("a conversation").0
}

async fn want_receipts(site: &Site, viewer: &Viewer, wanted: bool) {
    let input = AccountInput { receipts: Some(wanted), ..Default::default() };
    let account = site.greenroom.change_account(viewer, input.parse(viewer.role()).expect("a change")).await;
    assert_eq!(account.expect("changed").receipts, wanted);
}

/// Marks the twelve seeded messages as read by Sarah; EventPro then sends `count` more.
async fn send_messages(site: &Site, demo: &DemoData, count: usize) {
    site.greenroom.mark_read(&demo.sarah, demo.launch, 12).await.expect("marked read");
    for number in 0..count {
        send_text(&site.greenroom, &demo.eventpro, demo.launch, &number.to_string()).await;
    }
}

async fn the_sender_receives_delivery_receipts(site: Site) {
    let demo = site.demo().await;
    send_messages(&site, &demo, 2).await;
    let (mut eventpro_stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    let (mut sarah_stream, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    site.greenroom.mark_delivered(&demo.sarah, demo.launch, 13).await.expect("delivered");
    let (conversation_id, user_id) = (demo.launch, demo.sarah.id());
    let delivered = Event::ConversationDelivered { conversation_id, user_id, delivered_seq: 13 };
    assert_eq!(eventpro_stream.next_event().await.event, delivered);
    let now = load_conversation(&site, &demo.eventpro, &demo).await;
    assert_eq!((now.counterpart_delivered_seq, now.counterpart_read_seq), (13, 12));
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Got it").await;
    assert_eq!(sarah_stream.event_names(1).await, ["message.created"], "her own device got the receipt");
}

async fn delivery_markers_move_forward_only(site: Site) {
    let demo = site.demo().await;
    send_messages(&site, &demo, 3).await;
    site.greenroom.mark_delivered(&demo.sarah, demo.launch, 14).await.expect("delivered");
    let before = site.count_rows().await;
    for seq in [14, 13, 0, -1, i64::MIN] {
        site.greenroom.mark_delivered(&demo.sarah, demo.launch, seq).await.expect("nothing to do");
    }
    assert_eq!(site.count_rows().await, before);
    site.greenroom.mark_delivered(&demo.sarah, demo.launch, i64::MAX).await.expect("delivered");
    assert_eq!(
        load_conversation(&site, &demo.eventpro, &demo).await.counterpart_delivered_seq,
        15,
        "past the last message"
    );
    audit_event_log(&site.greenroom, &demo.eventpro).await;
}

async fn a_read_message_counts_as_delivered(site: Site) {
    let demo = site.demo().await;
    send_messages(&site, &demo, 2).await;
    site.greenroom.mark_read(&demo.sarah, demo.launch, 14).await.expect("marked read");
    assert_eq!(load_conversation(&site, &demo.eventpro, &demo).await.counterpart_delivered_seq, 14);
}

async fn without_receipts_no_receipt_is_published(site: Site) {
    let demo = site.demo().await;
    send_messages(&site, &demo, 2).await;
    want_receipts(&site, &demo.sarah, false).await;
    let (mut eventpro_stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    let (mut sarah_stream, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    site.greenroom.mark_delivered(&demo.sarah, demo.launch, 13).await.expect("delivered");
    site.greenroom.mark_read(&demo.sarah, demo.launch, 14).await.expect("marked read");
    assert_eq!(sarah_stream.event_names(2).await, ["conversation.read", "notification.read"], "her own devices");
    let now = load_conversation(&site, &demo.eventpro, &demo).await;
    assert_eq!((now.counterpart_delivered_seq, now.counterpart_read_seq), (12, 12));

    want_receipts(&site, &demo.sarah, true).await;
    send_text(&site.greenroom, &demo.eventpro, demo.launch, "And now?").await;
    site.greenroom.mark_read(&demo.sarah, demo.launch, 15).await.expect("marked read");
    assert_eq!(eventpro_stream.event_names(2).await, ["message.created", "conversation.read"]);
    assert_eq!(load_conversation(&site, &demo.eventpro, &demo).await.counterpart_read_seq, 15);
}

async fn disabling_receipts_hides_those_of_others(site: Site) {
    let demo = site.demo().await;
    want_receipts(&site, &demo.eventpro, false).await;
    let before = load_conversation(&site, &demo.eventpro, &demo).await.counterpart_read_seq;
    send_messages(&site, &demo, 1).await;
    site.greenroom.mark_read(&demo.sarah, demo.launch, 13).await.expect("marked read");
    assert_eq!(load_conversation(&site, &demo.eventpro, &demo).await.counterpart_read_seq, before);
    assert_eq!(load_conversation(&site, &demo.sarah, &demo).await.read_seq, 13);
}

async fn mark_unread_is_published_to_own_devices_only(site: Site) {
    let demo = site.demo().await;
    send_messages(&site, &demo, 3).await;
    site.greenroom.mark_read(&demo.sarah, demo.launch, 15).await.expect("marked read");
    let (mut sarah_stream, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    let (mut eventpro_stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    site.greenroom.mark_unread(&demo.sarah, demo.launch, 14).await.expect("marked");
    let (conversation_id, user_id) = (demo.launch, demo.sarah.id());
    let event = Event::ConversationRead { conversation_id, user_id, read_seq: 13, unread: 2 };
    assert_eq!(sarah_stream.next_event().await.event, event);
    let now = load_conversation(&site, &demo.sarah, &demo).await;
    assert_eq!((now.read_seq, now.unread), (13, 2));
    assert_eq!(
        load_conversation(&site, &demo.eventpro, &demo).await.counterpart_read_seq,
        15,
        "the counterpart's receipt moved back"
    );
    send_text(&site.greenroom, &demo.eventpro, demo.launch, "Hello?").await;
    assert_eq!(eventpro_stream.event_names(1).await, ["message.created"]);
    assert_eq!(load_conversation(&site, &demo.sarah, &demo).await.unread, 3);
}

async fn reading_again_publishes_no_second_receipt(site: Site) {
    let demo = site.demo().await;
    send_messages(&site, &demo, 2).await;
    site.greenroom.mark_read(&demo.sarah, demo.launch, 14).await.expect("marked read");
    site.greenroom.mark_unread(&demo.sarah, demo.launch, 1).await.expect("marked");
    let (mut eventpro_stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    site.greenroom.mark_read(&demo.sarah, demo.launch, 13).await.expect("marked read");
    site.greenroom.mark_read(&demo.sarah, demo.launch, 14).await.expect("marked read");
    send_text(&site.greenroom, &demo.eventpro, demo.launch, "Hello?").await;
    assert_eq!(eventpro_stream.event_names(1).await, ["message.created"]);
    for viewer in [&demo.sarah, &demo.eventpro] {
        audit_event_log(&site.greenroom, viewer).await;
    }
}

async fn mark_unread_ignores_unread_messages(site: Site) {
    let demo = site.demo().await;
    send_messages(&site, &demo, 2).await;
    let before = site.count_rows().await;
    for seq in [13, 14, 99, i64::MAX] {
        site.greenroom.mark_unread(&demo.sarah, demo.launch, seq).await.expect("nothing to do");
    }
    assert_eq!(site.count_rows().await, before);
    site.greenroom.mark_unread(&demo.sarah, demo.launch, i64::MIN).await.expect("marked");
    assert_eq!(load_conversation(&site, &demo.sarah, &demo).await.read_seq, 0);
}
