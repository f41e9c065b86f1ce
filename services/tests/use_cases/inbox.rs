//! The inbox.

use crate::support::{DemoData, Site, Stream, draft_booking, expect_api_error, send_text};
use model::{ApplyOutcome, Conversation, ConversationId, FieldError, Inbox, Projection};
use services::Resume;
use std::time::Duration;

on_both! {
    the_newest_conversation_comes_first,
    inbox_order_survives_a_clock_set_back,
    a_conversation_has_its_last_message_and_unread_count,
    paging_yields_every_conversation_once,
    a_forged_page_cursor_is_refused,
    a_message_beyond_the_loaded_page_is_a_gap,
}

async fn load_inbox(site: &Site, demo: &DemoData, page: Option<&str>) -> Inbox {
    site.greenroom.load_inbox(&demo.eventpro, page).await.expect("an inbox")
}

fn conversation_ids(conversations: &[Conversation]) -> Vec<ConversationId> {
    conversations.iter().map(|conversation| conversation.id).collect()
}

/// Opens `count` bookings with Sarah, three at each timestamp.
async fn open_many(site: &Site, demo: &DemoData, count: usize) {
    for number in 0..count {
        if number % 3 == 0 {
            site.clock.advance(Duration::from_secs(1));
        }
        site.greenroom.open_booking(&demo.eventpro, draft_booking(demo.sarah.id())).await.expect("a booking");
    }
}

async fn the_newest_conversation_comes_first(site: Site) {
    let demo = site.demo().await;
    site.clock.advance(Duration::from_secs(1));
    let second =
        site.greenroom.open_booking(&demo.eventpro, draft_booking(demo.kamau.id())).await.expect("a booking").id;
    assert_eq!(conversation_ids(&load_inbox(&site, &demo, None).await.conversations), [second, demo.launch]);
    site.clock.advance(Duration::from_secs(1));
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Still there?").await;
    assert_eq!(conversation_ids(&load_inbox(&site, &demo, None).await.conversations), [demo.launch, second]);
    site.clock.advance(Duration::from_secs(1));
    site.greenroom.mark_read(&demo.kamau, second, 1).await.expect("marked read");
    assert_eq!(
        conversation_ids(&load_inbox(&site, &demo, None).await.conversations),
        [demo.launch, second],
        "reading changed the order"
    );
}

async fn inbox_order_survives_a_clock_set_back(site: Site) {
    let demo = site.demo().await;
    let second =
        site.greenroom.open_booking(&demo.eventpro, draft_booking(demo.kamau.id())).await.expect("a booking").id;
    let mut view = load_inbox(&site, &demo, None).await;
    let (mut stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::After(view.cursor)).await;
    site.clock.set_back(Duration::from_secs(60 * 60));
    send_text(&site.greenroom, &demo.sarah, demo.launch, "After the clock was set back").await;
    assert_eq!(conversation_ids(&load_inbox(&site, &demo, None).await.conversations), [demo.launch, second]);
    view.apply(demo.eventpro.id(), &stream.next_event().await);
    assert_eq!(conversation_ids(&view.conversations), [demo.launch, second], "the open page differs");
    let third =
        site.greenroom.open_booking(&demo.eventpro, draft_booking(demo.achieng.id())).await.expect("a booking").id;
    assert_eq!(conversation_ids(&load_inbox(&site, &demo, None).await.conversations), [third, demo.launch, second]);
}

async fn a_conversation_has_its_last_message_and_unread_count(site: Site) {
    let demo = site.demo().await;
    let before = load_inbox(&site, &demo, None).await.conversations[0].clone();
    site.clock.advance(Duration::from_secs(5));
    send_text(&site.greenroom, &demo.sarah, demo.launch, "One").await;
    let last = send_text(&site.greenroom, &demo.sarah, demo.launch, "Two").await;
    let after = load_inbox(&site, &demo, None).await;
    let expected = Conversation {
        unread: before.unread + 2,
        last_seq: 14,
        updated_at: last.created_at,
        last_message: Some(last),
        ..before
    };
    assert_eq!(after.conversations, std::slice::from_ref(&expected));
    let (one, cursor) = site.greenroom.load_conversation(&demo.eventpro, demo.launch).await.expect("the conversation");
    assert_eq!((one, cursor), (expected, after.cursor));
    let sarahs = site.greenroom.load_inbox(&demo.sarah, None).await.expect("an inbox");
    assert_eq!(sarahs.conversations[0].counterpart, *demo.eventpro.person());
}

async fn paging_yields_every_conversation_once(site: Site) {
    let demo = site.demo().await;
    open_many(&site, &demo, 64).await;
    let mut whole = load_inbox(&site, &demo, None).await;
    assert_eq!(whole.conversations.len(), 30);
    let mut pages = 1;
    let mut in_order = conversation_ids(&whole.conversations);
    while let Some(page) = whole.next_page.clone() {
        let next = load_inbox(&site, &demo, Some(&page)).await;
        in_order.extend(conversation_ids(&next.conversations));
        whole.extend(next);
        pages += 1;
    }
    assert_eq!((pages, whole.conversations.len()), (3, 65));
    assert_eq!(conversation_ids(&whole.conversations), in_order, "the browser sorts differently");
    let (bookings, _) = site.greenroom.list_bookings(&demo.eventpro, None).await.expect("bookings");
    assert_eq!(bookings.len(), 30);
}

async fn a_forged_page_cursor_is_refused(site: Site) {
    let demo = site.demo().await;
    let forged = [
        "",
        "2",
        "é",
        "00000000000000000000000000000007",
        "0000000000000000000000000000000761",
        "00000000000000000000000000000007zz",
        "0000000000000000000000000000000' --",
        "000000000000000000000000000000073939393939393939393939393939393939393939",
    ];
    for page in forged {
        let answer = expect_api_error(site.greenroom.load_inbox(&demo.eventpro, Some(page)).await);
        assert_eq!(answer.field_error("page"), Some(FieldError::Invalid), "{page}");
    }
}

async fn a_message_beyond_the_loaded_page_is_a_gap(site: Site) {
    let demo = site.demo().await;
    open_many(&site, &demo, 30).await;
    let mut view = load_inbox(&site, &demo, None).await;
    assert!(!conversation_ids(&view.conversations).contains(&demo.launch));
    let (mut stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::After(view.cursor)).await;

    site.greenroom.mark_read(&demo.eventpro, demo.launch, 12).await.expect("marked read");
    send_text(&site.greenroom, &demo.eventpro, view.conversations[3].id, "Known").await;
    site.clock.advance(Duration::from_secs(1));
    send_text(&site.greenroom, &demo.sarah, demo.launch, "From below").await;
    let me = demo.eventpro.id();
    let mut outcomes = Vec::new();
    for _ in 0..5 {
        let envelope = stream.next_event().await;
        outcomes.push((envelope.event.name(), view.apply(me, &envelope)));
    }
    assert_eq!(
        outcomes,
        [
            ("conversation.read", ApplyOutcome::Unchanged),
            ("notification.read", ApplyOutcome::Unchanged),
            ("message.created", ApplyOutcome::Changed),
            ("message.created", ApplyOutcome::Gap),
            ("notification.created", ApplyOutcome::Unchanged),
        ]
    );
    assert_eq!(load_inbox(&site, &demo, None).await.conversations[0].id, demo.launch);
}
