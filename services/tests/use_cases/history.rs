//! Paging through the messages of a conversation.

use crate::support::{DemoData, Site, expect_api_error, load_last_seq, send_text};
use model::FieldError;
use services::messages::{Messages, Window};
use std::{collections::HashSet, time::Duration};

on_both! {
    the_newest_messages_come_in_ascending_order,
    paging_back_reaches_the_first_message,
    paging_forward_reaches_the_last_message,
    window_limit_is_1_to_100,
    has_more_is_set_while_earlier_messages_exist,
    a_thread_is_a_consistent_snapshot_during_writes,
    a_transcript_has_all_messages,
    transcripts_are_limited_per_person,
}

async fn list_window(site: &Site, demo: &DemoData, window: Window, limit: i64) -> Messages {
    site.greenroom.list_messages(&demo.sarah, demo.launch, window, Some(limit)).await.expect("a history")
}

fn message_seqs(read: &Messages) -> Vec<i64> {
    read.messages.iter().map(|message| message.seq).collect()
}

async fn the_newest_messages_come_in_ascending_order(site: Site) {
    let demo = site.demo().await;
    let newest = list_window(&site, &demo, Window::Newest, 5).await;
    assert_eq!((message_seqs(&newest), newest.has_more), (vec![8, 9, 10, 11, 12], true));
    assert_eq!(newest.cursor, load_last_seq(&site.greenroom, &demo.sarah).await);
    for limit in [12, 100] {
        let all = list_window(&site, &demo, Window::Newest, limit).await;
        assert_eq!((message_seqs(&all), all.has_more), ((1..=12).collect(), false));
    }
    let eventpro_history =
        site.greenroom.list_messages(&demo.eventpro, demo.launch, Window::Newest, None).await.expect("a history");
    assert_eq!(eventpro_history.messages, list_window(&site, &demo, Window::Newest, 100).await.messages);
}

async fn paging_back_reaches_the_first_message(site: Site) {
    let demo = site.demo().await;
    let mut before = 14;
    let mut pages = Vec::new();
    loop {
        let page = list_window(&site, &demo, Window::Before(before), 5).await;
        pages.push(message_seqs(&page));
        before = page.messages.first().expect("a message").seq;
        if !page.has_more {
            break;
        }
    }
    assert_eq!(pages, [vec![8, 9, 10, 11, 12], vec![3, 4, 5, 6, 7], vec![1, 2]]);
    for (window, expected) in [(1, vec![]), (0, vec![]), (-7, vec![]), (4, vec![1, 2, 3]), (i64::MAX, vec![11, 12])] {
        let limit = if window == 4 { 3 } else { 2 };
        let page = list_window(&site, &demo, Window::Before(window), limit).await;
        assert_eq!((message_seqs(&page), page.has_more), (expected, window == i64::MAX), "before {window}");
    }
}

async fn paging_forward_reaches_the_last_message(site: Site) {
    let demo = site.demo().await;
    let page = list_window(&site, &demo, Window::After(0), 5).await;
    assert_eq!((message_seqs(&page), page.has_more), (vec![1, 2, 3, 4, 5], true));
    let page = list_window(&site, &demo, Window::After(7), 5).await;
    assert_eq!((message_seqs(&page), page.has_more), (vec![8, 9, 10, 11, 12], false));
    for seq in [12, 13, i64::MAX] {
        let page = list_window(&site, &demo, Window::After(seq), 5).await;
        assert_eq!((message_seqs(&page), page.has_more), (vec![], false));
    }
    send_text(&site.greenroom, &demo.eventpro, demo.launch, "One more").await;
    assert_eq!(message_seqs(&list_window(&site, &demo, Window::After(12), 5).await), [13]);
}

async fn window_limit_is_1_to_100(site: Site) {
    let demo = site.demo().await;
    for limit in [0, -1, 101, i64::MAX, i64::MIN] {
        let answer =
            expect_api_error(site.greenroom.list_messages(&demo.sarah, demo.launch, Window::Newest, Some(limit)).await);
        assert_eq!(answer.field_error("limit"), Some(FieldError::OutOfRange), "{limit}");
    }
    for limit in [1, 100] {
        assert!(site.greenroom.list_messages(&demo.sarah, demo.launch, Window::Newest, Some(limit)).await.is_ok());
    }
}

async fn has_more_is_set_while_earlier_messages_exist(site: Site) {
    let demo = site.demo().await;
    for number in 13..=60 {
        send_text(&site.greenroom, &demo.eventpro, demo.launch, &number.to_string()).await;
    }
    for (window, first, last, has_more) in [
        (Window::Newest, 11, 60, true),
        (Window::Before(11), 1, 10, false),
        (Window::Before(60), 10, 59, true),
        (Window::After(0), 1, 50, false),
        (Window::After(40), 41, 60, true),
    ] {
        let thread = site.greenroom.load_thread(&demo.sarah, demo.launch, window).await.expect("a thread");
        let seqs: Vec<_> = thread.messages.iter().map(|message| message.seq).collect();
        assert_eq!((seqs, thread.has_more), ((first..=last).collect(), has_more), "{window:?}");
        assert_eq!((thread.conversation.last_seq, thread.is_at_end()), (60, last == 60));
    }
}

/// The conversation, its messages and the cursor agree: each message is one event of its sender.
async fn a_thread_is_a_consistent_snapshot_during_writes(site: Site) {
    let demo = site.demo().await;
    let before = site.greenroom.load_thread(&demo.eventpro, demo.launch, Window::Newest).await.expect("a thread");
    let (greenroom, writer, id) = (site.greenroom.clone(), demo.eventpro.clone(), demo.launch);
    let writing = tokio::spawn(async move {
        for number in 0..150 {
            send_text(&greenroom, &writer, id, &number.to_string()).await;
        }
    });
    let mut moments = HashSet::new();
    while !writing.is_finished() {
        let thread = site.greenroom.load_thread(&demo.eventpro, demo.launch, Window::Newest).await.expect("a thread");
        let last = thread.conversation.last_seq;
        assert_eq!(thread.last_shown(), last);
        assert_eq!(thread.cursor - before.cursor, last - before.conversation.last_seq);
        let inbox = site.greenroom.load_inbox(&demo.eventpro, None).await.expect("an inbox");
        let row = inbox.conversations.iter().find(|row| row.id == demo.launch).expect("a row");
        assert_eq!(inbox.cursor - before.cursor, row.last_seq - before.conversation.last_seq);
        moments.insert(last);
    }
    writing.await.expect("all messages sent");
    assert!(moments.len() > 10, "no reads during the writes: {moments:?}");
}

async fn a_transcript_has_all_messages(site: Site) {
    let demo = site.demo().await;
    for number in 13..=520 {
        // Within the limit of messages a minute.
        if number % 200 == 0 {
            site.clock.advance(Duration::from_secs(60));
        }
        send_text(&site.greenroom, &demo.eventpro, demo.launch, &format!("Number {number}")).await;
    }
    let transcript = site.greenroom.load_transcript(&demo.sarah, demo.launch).await.expect("a transcript");
    let seqs: Vec<_> = transcript.messages.iter().map(|message| message.seq).collect();
    assert_eq!((seqs, transcript.has_more), ((1..=520).collect(), false));
    assert_eq!(transcript.conversation.last_seq, 520);
    let refused = site.greenroom.load_transcript(&demo.kamau, demo.launch).await;
    assert_eq!(expect_api_error(refused), model::ApiError::NotFound);
}

async fn transcripts_are_limited_per_person(site: Site) {
    let demo = site.demo().await;
    let load = async |viewer| site.greenroom.load_transcript(viewer, demo.launch).await;
    for _ in 0..10 {
        load(&demo.sarah).await.expect("a transcript");
    }
    let refused = expect_api_error(load(&demo.sarah).await);
    assert!(matches!(refused, model::ApiError::RateLimited { .. }), "{refused:?}");
    load(&demo.eventpro).await.expect("a transcript of the other person");
    site.clock.advance(Duration::from_secs(60));
    load(&demo.sarah).await.expect("a transcript");
}
