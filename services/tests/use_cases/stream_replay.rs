//! Where a stream starts, and the events that follow.

use crate::support::{Site, Stream, load_last_seq, read_event_log, send_text};
use services::{Limits, Resume};
use std::{collections::HashSet, time::Duration};

on_both! {
    the_first_frame_carries_the_start_cursor,
    a_resumed_stream_replays_then_goes_live,
    a_long_replay_is_complete,
    an_invalid_cursor_is_reset_to_the_last_seq,
    a_purged_cursor_is_reset_to_the_last_seq,
    retry_delays_differ_between_streams,
    all_streams_of_a_person_receive_the_same_events,
    streams_resuming_together_each_use_their_own_cursor,
    published_events_are_committed,
}

async fn the_first_frame_carries_the_start_cursor(site: Site) {
    let demo = site.demo().await;
    let last_seq = load_last_seq(&site.greenroom, &demo.sarah).await;
    for (resume, cursor, resumed) in
        [(Resume::Live, last_seq, false), (Resume::After(last_seq), last_seq, true), (Resume::After(3), 3, true)]
    {
        let first = Stream::open(&site.greenroom, &demo.sarah, resume).await.next_frame().await;
        assert_eq!((first.event.as_str(), first.id), ("ready", Some(cursor)), "{resume:?}");
        assert_eq!(first.data, serde_json::json!({ "cursor": cursor, "resumed": resumed }));
    }
    let first = Stream::open(&site.greenroom, &demo.achieng, Resume::After(0)).await.next_frame().await;
    assert_eq!((first.event.as_str(), first.cursor()), ("ready", Some(0)), "a person without events lacks none");
}

async fn a_resumed_stream_replays_then_goes_live(site: Site) {
    let demo = site.demo().await;
    let log = read_event_log(&site.greenroom, &demo.sarah).await;
    let last_seq = log.len() as i64;
    for cursor in 0..=last_seq {
        let (mut stream, start) = Stream::ready(&site.greenroom, &demo.sarah, Resume::After(cursor)).await;
        assert_eq!(start, cursor);
        assert_eq!(stream.events_up_to(cursor, last_seq).await, log[cursor as usize..], "after {cursor}");
    }
    let (mut stream, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::After(last_seq - 1)).await;
    send_text(&site.greenroom, &demo.eventpro, demo.launch, "Live").await;
    let events = stream.events_up_to(last_seq - 1, last_seq + 2).await;
    assert_eq!(read_event_log(&site.greenroom, &demo.sarah).await[events.len() - 3 + last_seq as usize - 1..], events);
}

async fn a_long_replay_is_complete(site: Site) {
    let demo = site.demo().await;
    for number in 0..210 {
        send_text(&site.greenroom, &demo.eventpro, demo.launch, &number.to_string()).await;
    }
    let log = read_event_log(&site.greenroom, &demo.sarah).await;
    assert!(log.len() > 420, "fewer than a read and a send buffer hold");
}

async fn an_invalid_cursor_is_reset_to_the_last_seq(site: Site) {
    let demo = site.demo().await;
    let last_seq = load_last_seq(&site.greenroom, &demo.sarah).await;
    for resume in [
        Resume::After(last_seq + 1),
        Resume::After(i64::MAX),
        Resume::After(-1),
        Resume::After(i64::MIN),
        Resume::Invalid,
    ] {
        let mut stream = Stream::open(&site.greenroom, &demo.sarah, resume).await;
        let first = stream.next_frame().await;
        assert_eq!((first.event.as_str(), first.id), ("reset", Some(last_seq)), "{resume:?}");
        assert_eq!(first.data, serde_json::json!({ "cursor": last_seq }));
        drop(stream);
    }
    let mut stream = Stream::open(&site.greenroom, &demo.sarah, Resume::Invalid).await;
    assert_eq!(stream.next_frame().await.event, "reset");
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Onwards").await;
    assert_eq!(stream.next_event().await.seq, last_seq + 1, "not live after the reset");
}

async fn a_purged_cursor_is_reset_to_the_last_seq(site: Site) {
    let demo = site.demo().await;
    let hour = Duration::from_secs(60 * 60);
    let greenroom = site.open_second_node(Limits { keep_events: hour, ..Limits::default() }).await;
    let before = load_last_seq(&greenroom, &demo.sarah).await;
    site.clock.advance(2 * hour);
    send_text(&greenroom, &demo.eventpro, demo.launch, "The only one after the purge").await;
    greenroom.purge_expired().await.expect("purged");

    for cursor in [0, 1, before - 1] {
        let first = Stream::open(&greenroom, &demo.sarah, Resume::After(cursor)).await.next_frame().await;
        assert_eq!((first.event.as_str(), first.cursor()), ("reset", Some(before + 2)), "after {cursor}");
    }
    let (mut stream, _) = Stream::ready(&greenroom, &demo.sarah, Resume::After(before)).await;
    stream.events_up_to(before, before + 2).await;

    site.clock.advance(2 * hour);
    greenroom.purge_expired().await.expect("purged");
    let (mut stream, start) = Stream::ready(&greenroom, &demo.sarah, Resume::After(before + 2)).await;
    assert_eq!(start, before + 2, "a current cursor must resume from an empty log");
    send_text(&greenroom, &demo.sarah, demo.launch, "Numbers go on").await;
    assert_eq!(stream.next_event().await.seq, before + 3);
}

async fn retry_delays_differ_between_streams(site: Site) {
    let demo = site.demo().await;
    let mut waits = HashSet::new();
    for _ in 0..8 {
        let first = Stream::open(&site.greenroom, &demo.sarah, Resume::Live).await.next_frame().await;
        let wait = first.retry.expect("a time to wait");
        assert!((Duration::from_secs(1)..=Duration::from_secs(5)).contains(&wait), "{wait:?}");
        waits.insert(wait);
    }
    assert!(waits.len() > 1, "{waits:?}");
}

async fn all_streams_of_a_person_receive_the_same_events(site: Site) {
    let demo = site.demo().await;
    let (mut phone, start) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    let (mut laptop, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    for by in [&demo.sarah, &demo.eventpro] {
        send_text(&site.greenroom, by, demo.launch, "To all of them").await;
    }
    let received = phone.events_up_to(start, start + 3).await;
    assert_eq!(laptop.events_up_to(start, start + 3).await, received);
    let log = read_event_log(&site.greenroom, &demo.sarah).await;
    assert_eq!(log[start as usize..], received, "live and replayed events differ");
}

/// Events are published after the commit: a client that receives one can read its message.
async fn published_events_are_committed(site: Site) {
    let demo = site.demo().await;
    let (mut stream, start) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    let (greenroom, eventpro, launch) = (site.greenroom.clone(), demo.eventpro.clone(), demo.launch);
    let writing = tokio::spawn(async move {
        for number in 0..25 {
            send_text(&greenroom, &eventpro, launch, &number.to_string()).await;
        }
    });
    for seq in start + 1..=start + 50 {
        assert_eq!(stream.next_event().await.seq, seq);
        let (_, cursor) = site.greenroom.load_conversation(&demo.sarah, demo.launch).await.expect("her conversation");
        assert!(cursor >= seq, "received {seq}, but read {cursor}");
    }
    writing.await.expect("all messages sent");
}

/// Their set-up is batched.
async fn streams_resuming_together_each_use_their_own_cursor(site: Site) {
    let demo = site.demo().await;
    for number in 0..60 {
        send_text(&site.greenroom, &demo.eventpro, demo.launch, &number.to_string()).await;
    }
    let log = read_event_log(&site.greenroom, &demo.sarah).await;
    let last_seq = log.len() as i64;
    let cursors = [0, last_seq - 1, last_seq / 2, 1, last_seq - 60, last_seq];
    let opening = cursors.map(|cursor| Stream::ready(&site.greenroom, &demo.sarah, Resume::After(cursor)));
    for ((mut stream, start), cursor) in futures::future::join_all(opening).await.into_iter().zip(cursors) {
        assert_eq!(start, cursor);
        assert_eq!(stream.events_up_to(cursor, last_seq).await, log[cursor as usize..], "after {cursor}");
    }
}
