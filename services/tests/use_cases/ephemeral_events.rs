//! Typing and presence: published to the people concerned, and never stored.

use crate::support::{DemoData, Site, Stream, send_text};
use model::{AccountInput, Presence};
use serde_json::json;
use services::{Resume, Viewer};
use std::time::Duration;

on_both! {
    typing_is_sent_to_the_counterpart_and_not_logged,
    typing_is_sent_once_in_three_seconds,
    hidden_presence_is_neither_sent_nor_received,
    a_save_data_stream_receives_logged_events_only,
    presence_is_published_to_counterparts,
    reconnecting_within_the_grace_keeps_presence,
}

async fn disable_presence(site: &Site, viewer: &Viewer) {
    let input = AccountInput { presence: Some(false), ..Default::default() };
    site.greenroom.change_account(viewer, input.parse(viewer.role()).expect("a change")).await.expect("changed");
}

/// Sends a message and expects its event next: everything published earlier would have come before it.
async fn assert_next_frame_is_a_message(site: &Site, demo: &DemoData, stream: &mut Stream) {
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Anything else?").await;
    assert_eq!(stream.next_frame().await.event, "message.created");
}

async fn typing_is_sent_to_the_counterpart_and_not_logged(site: Site) {
    let demo = site.demo().await;
    let (mut eventpro_stream, cursor) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    let (mut sarah_stream, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    let before = site.count_rows().await;
    site.greenroom.notify_typing(&demo.sarah, demo.launch).await.expect("published");
    let received = eventpro_stream.next_frame().await;
    assert_eq!((received.event.as_str(), received.id), ("typing", None));
    assert_eq!(
        (&received.data["conversationId"], &received.data["userId"]),
        (&json!(demo.launch), &json!(demo.sarah.id()))
    );
    assert!(received.data["until"].as_str().is_some_and(|until| until.ends_with('Z')));
    assert_eq!(site.count_rows().await, before);
    assert_next_frame_is_a_message(&site, &demo, &mut sarah_stream).await;
    let (mut again, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::After(cursor)).await;
    assert_eq!(again.next_frame().await.event, "message.created", "an ephemeral event was replayed");
}

async fn typing_is_sent_once_in_three_seconds(site: Site) {
    let demo = site.demo().await;
    let (mut eventpro_stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    for _ in 0..3 {
        site.greenroom.notify_typing(&demo.sarah, demo.launch).await.expect("published");
        site.clock.advance(Duration::from_millis(900));
    }
    site.clock.advance(Duration::from_millis(300));
    site.greenroom.notify_typing(&demo.sarah, demo.launch).await.expect("published");
    send_text(&site.greenroom, &demo.sarah, demo.launch, "Here I am").await;
    let mut received = Vec::new();
    for _ in 0..3 {
        received.push(eventpro_stream.next_frame().await.event);
    }
    assert_eq!(received, ["typing", "typing", "message.created"]);
}

async fn hidden_presence_is_neither_sent_nor_received(site: Site) {
    let demo = site.demo().await;
    disable_presence(&site, &demo.eventpro).await;
    let (mut eventpro_stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    let (mut sarah_stream, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    for viewer in [&demo.sarah, &demo.eventpro] {
        site.greenroom.notify_typing(viewer, demo.launch).await.expect("ignored");
        assert_eq!(site.greenroom.load_presence(viewer, demo.launch).await.expect("nothing"), Presence::default());
    }
    assert_next_frame_is_a_message(&site, &demo, &mut eventpro_stream).await;
    assert_eq!(sarah_stream.next_frame().await.event, "message.created");
}

async fn a_save_data_stream_receives_logged_events_only(site: Site) {
    let demo = site.demo().await;
    let mut eventpro_stream = Stream::save_data(&site.greenroom, &demo.eventpro).await;
    assert_eq!(eventpro_stream.next_frame().await.event, "ready");
    site.greenroom.notify_typing(&demo.sarah, demo.launch).await.expect("published");
    assert_next_frame_is_a_message(&site, &demo, &mut eventpro_stream).await;
}

async fn presence_is_published_to_counterparts(site: Site) {
    let demo = site.demo().await;
    let rounds = tokio::spawn(site.greenroom.clone().run_presence());
    let (mut eventpro_stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    let (mut stranger_stream, _) = Stream::ready(&site.greenroom, &demo.kamau, Resume::Live).await;
    let (sarah_stream, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    let received = eventpro_stream.next_frame().await;
    assert_eq!((received.event.as_str(), received.id), ("presence", None));
    assert_eq!(received.data, json!({ "userId": demo.sarah.id(), "online": true }));
    let online = Presence { online: true, active_at: None };
    assert_eq!(site.greenroom.load_presence(&demo.eventpro, demo.launch).await.expect("presence"), online);

    drop(sarah_stream);
    assert_eq!(eventpro_stream.next_frame().await.data, json!({ "userId": demo.sarah.id(), "online": false }));
    let offline = site.greenroom.load_presence(&demo.eventpro, demo.launch).await.expect("presence");
    assert!(!offline.online && offline.active_at.is_some());
    send_text(&site.greenroom, &demo.safari, demo.sundowner, "Kamau?").await;
    assert_eq!(stranger_stream.next_frame().await.event, "message.created", "she shares no conversation with him");
    rounds.abort();
}

async fn reconnecting_within_the_grace_keeps_presence(site: Site) {
    let demo = site.demo().await;
    let rounds = tokio::spawn(site.greenroom.clone().run_presence());
    let (mut eventpro_stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    let (sarah_stream, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    assert_eq!(eventpro_stream.next_frame().await.data["online"], true);
    drop(sarah_stream);
    let (_hers, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    // DJ Kamau's presence, published to Safari Sounds later, shows that Sarah's was processed.
    let (mut safaris, _) = Stream::ready(&site.greenroom, &demo.safari, Resume::Live).await;
    let (_kamaus, _) = Stream::ready(&site.greenroom, &demo.kamau, Resume::Live).await;
    assert_eq!(safaris.next_frame().await.event, "presence");
    assert_next_frame_is_a_message(&site, &demo, &mut eventpro_stream).await;
    rounds.abort();
}
