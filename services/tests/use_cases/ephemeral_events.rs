//! Typing and presence: published to the people concerned, and never stored.

use crate::support::{Cast, Site, Stream, send_text};
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

async fn hide(site: &Site, viewer: &Viewer) {
    let input = AccountInput { presence: Some(false), ..Default::default() };
    site.greenroom.change_account(viewer, input.parse(viewer.role()).expect("a change")).await.expect("changed");
}

/// Sends a message and expects its event next: everything published earlier would have come before it.
async fn nothing_but_a_message(site: &Site, cast: &Cast, stream: &mut Stream) {
    send_text(&site.greenroom, &cast.sarah, cast.launch, "Anything else?").await;
    assert_eq!(stream.next_frame().await.event, "message.created");
}

async fn typing_is_sent_to_the_counterpart_and_not_logged(site: Site) {
    let cast = site.cast().await;
    let (mut theirs, cursor) = Stream::ready(&site.greenroom, &cast.eventpro, Resume::Live).await;
    let (mut hers, _) = Stream::ready(&site.greenroom, &cast.sarah, Resume::Live).await;
    let before = site.count_rows().await;
    site.greenroom.notify_typing(&cast.sarah, cast.launch).await.expect("published");
    let heard = theirs.next_frame().await;
    assert_eq!((heard.event.as_str(), heard.id), ("typing", None));
    assert_eq!((&heard.data["conversationId"], &heard.data["userId"]), (&json!(cast.launch), &json!(cast.sarah.id())));
    assert!(heard.data["until"].as_str().is_some_and(|until| until.ends_with('Z')));
    assert_eq!(site.count_rows().await, before);
    nothing_but_a_message(&site, &cast, &mut hers).await;
    let (mut again, _) = Stream::ready(&site.greenroom, &cast.eventpro, Resume::After(cursor)).await;
    assert_eq!(again.next_frame().await.event, "message.created", "an ephemeral event was replayed");
}

async fn typing_is_sent_once_in_three_seconds(site: Site) {
    let cast = site.cast().await;
    let (mut theirs, _) = Stream::ready(&site.greenroom, &cast.eventpro, Resume::Live).await;
    for _ in 0..3 {
        site.greenroom.notify_typing(&cast.sarah, cast.launch).await.expect("published");
        site.clock.advance(Duration::from_millis(900));
    }
    site.clock.advance(Duration::from_millis(300));
    site.greenroom.notify_typing(&cast.sarah, cast.launch).await.expect("published");
    send_text(&site.greenroom, &cast.sarah, cast.launch, "Here I am").await;
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.push(theirs.next_frame().await.event);
    }
    assert_eq!(heard, ["typing", "typing", "message.created"]);
}

async fn hidden_presence_is_neither_sent_nor_received(site: Site) {
    let cast = site.cast().await;
    hide(&site, &cast.eventpro).await;
    let (mut theirs, _) = Stream::ready(&site.greenroom, &cast.eventpro, Resume::Live).await;
    let (mut hers, _) = Stream::ready(&site.greenroom, &cast.sarah, Resume::Live).await;
    for viewer in [&cast.sarah, &cast.eventpro] {
        site.greenroom.notify_typing(viewer, cast.launch).await.expect("ignored");
        assert_eq!(site.greenroom.load_presence(viewer, cast.launch).await.expect("nothing"), Presence::default());
    }
    nothing_but_a_message(&site, &cast, &mut theirs).await;
    assert_eq!(hers.next_frame().await.event, "message.created");
}

async fn a_save_data_stream_receives_logged_events_only(site: Site) {
    let cast = site.cast().await;
    let mut theirs = Stream::save_data(&site.greenroom, &cast.eventpro).await;
    assert_eq!(theirs.next_frame().await.event, "ready");
    site.greenroom.notify_typing(&cast.sarah, cast.launch).await.expect("published");
    nothing_but_a_message(&site, &cast, &mut theirs).await;
}

async fn presence_is_published_to_counterparts(site: Site) {
    let cast = site.cast().await;
    let rounds = tokio::spawn(site.greenroom.clone().run_presence());
    let (mut theirs, _) = Stream::ready(&site.greenroom, &cast.eventpro, Resume::Live).await;
    let (mut strangers, _) = Stream::ready(&site.greenroom, &cast.kamau, Resume::Live).await;
    let (hers, _) = Stream::ready(&site.greenroom, &cast.sarah, Resume::Live).await;
    let heard = theirs.next_frame().await;
    assert_eq!((heard.event.as_str(), heard.id), ("presence", None));
    assert_eq!(heard.data, json!({ "userId": cast.sarah.id(), "online": true }));
    let online = Presence { online: true, active_at: None };
    assert_eq!(site.greenroom.load_presence(&cast.eventpro, cast.launch).await.expect("presence"), online);

    drop(hers);
    assert_eq!(theirs.next_frame().await.data, json!({ "userId": cast.sarah.id(), "online": false }));
    let gone = site.greenroom.load_presence(&cast.eventpro, cast.launch).await.expect("presence");
    assert!(!gone.online && gone.active_at.is_some());
    send_text(&site.greenroom, &cast.safari, cast.sundowner, "Kamau?").await;
    assert_eq!(strangers.next_frame().await.event, "message.created", "she shares no conversation with him");
    rounds.abort();
}

async fn reconnecting_within_the_grace_keeps_presence(site: Site) {
    let cast = site.cast().await;
    let rounds = tokio::spawn(site.greenroom.clone().run_presence());
    let (mut theirs, _) = Stream::ready(&site.greenroom, &cast.eventpro, Resume::Live).await;
    let (hers, _) = Stream::ready(&site.greenroom, &cast.sarah, Resume::Live).await;
    assert_eq!(theirs.next_frame().await.data["online"], true);
    drop(hers);
    let (_hers, _) = Stream::ready(&site.greenroom, &cast.sarah, Resume::Live).await;
    // DJ Kamau's presence, published to Safari Sounds later, shows that hers was processed.
    let (mut safaris, _) = Stream::ready(&site.greenroom, &cast.safari, Resume::Live).await;
    let (_kamaus, _) = Stream::ready(&site.greenroom, &cast.kamau, Resume::Live).await;
    assert_eq!(safaris.next_frame().await.event, "presence");
    nothing_but_a_message(&site, &cast, &mut theirs).await;
    rounds.abort();
}
