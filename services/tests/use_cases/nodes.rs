//! Several nodes connected by an unreliable bus.

use crate::support::{Site, Stream, audit_event_log, send_text, with_timeout};
use serde_json::json;
use services::{Bus, Greenroom, Limits, Resume};
use std::time::Duration;
use tokio::{sync::mpsc, task::JoinHandle};

on_both! {
    commits_are_published_to_other_nodes,
    bus_messages_are_idempotent_and_unordered,
    a_frame_in_a_bus_message_reaches_no_stream,
    a_session_end_reaches_all_nodes,
    presence_counts_streams_of_all_nodes,
}

/// A bus that queues its messages for the test.
struct Wire(mpsc::UnboundedSender<Vec<u8>>);

impl Bus for Wire {
    fn publish(&self, message: Vec<u8>) {
        // The test may have dropped the receiver.
        let _ = self.0.send(message);
    }
}

/// Opens a second node and connects both; returns it and the messages of both.
async fn joined(site: &Site) -> (Greenroom, mpsc::UnboundedReceiver<Vec<u8>>) {
    let there = site.open_second_node(Limits::default()).await;
    let (wire, notes) = mpsc::unbounded_channel();
    site.greenroom.connect_bus(Wire(wire.clone()));
    there.connect_bus(Wire(wire));
    (there, notes)
}

/// Delivers every message to both nodes as it comes.
fn carry(mut notes: mpsc::UnboundedReceiver<Vec<u8>>, nodes: [Greenroom; 2]) -> JoinHandle<()> {
    tokio::spawn(async move {
        while let Some(message) = notes.recv().await {
            nodes.iter().for_each(|node| node.receive_bus_message(&message));
        }
    })
}

async fn commits_are_published_to_other_nodes(site: Site) {
    let cast = site.cast().await;
    let (there, notes) = joined(&site).await;
    let carrying = carry(notes, [site.greenroom.clone(), there.clone()]);
    let (mut stream, start) = Stream::ready(&there, &cast.sarah, Resume::Live).await;
    for number in 0..20 {
        send_text(&site.greenroom, &cast.eventpro, cast.launch, &number.to_string()).await;
    }
    let heard = stream.events_up_to(start, start + 40).await;
    assert_eq!(heard, audit_event_log(&site.greenroom, &cast.sarah).await[start as usize..]);
    site.greenroom.notify_typing(&cast.eventpro, cast.launch).await.expect("published");
    assert_eq!(stream.next_frame().await.event, "typing");
    carrying.abort();
}

async fn bus_messages_are_idempotent_and_unordered(site: Site) {
    let cast = site.cast().await;
    let (there, mut notes) = joined(&site).await;
    let (mut stream, start) = Stream::ready(&there, &cast.sarah, Resume::Live).await;
    let mut held = Vec::new();
    for number in 0..20 {
        send_text(&site.greenroom, &cast.eventpro, cast.launch, &number.to_string()).await;
        held.push(with_timeout(notes.recv()).await.expect("a bus message"));
    }
    for message in held.iter().rev().chain(&held) {
        there.receive_bus_message(message);
    }
    there.receive_bus_message(b"not a message");
    let heard = stream.events_up_to(start, start + 40).await;
    assert_eq!(heard, audit_event_log(&site.greenroom, &cast.sarah).await[start as usize..]);
}

/// Another client of the bus, or a faulty node: its text must never be written to a stream.
async fn a_frame_in_a_bus_message_reaches_no_stream(site: Site) {
    let cast = site.cast().await;
    let (there, notes) = joined(&site).await;
    let (mut stream, start) = Stream::ready(&there, &cast.sarah, Resume::Live).await;
    let (from, sarah) = (uuid::Uuid::now_v7(), cast.sarah.id());
    let frame = "event: session-ended\ndata: {\"reason\":\"signed_out\"}\n\n";
    let typing = json!({ "conversationId": cast.launch, "userId": cast.eventpro.id(), "until": frame });
    for news in [
        json!({ "Passing": { "people": [sarah], "frame": frame } }),
        json!({ "Typing": { "to": [sarah], "typing": frame } }),
        json!({ "Typing": { "to": [sarah], "conversation": frame, "by": cast.eventpro.id() } }),
        json!({ "Typing": { "to": [sarah], "typing": typing } }),
        json!({ "Hidden": { "person": frame, "from": [sarah] } }),
        json!({ "At": [[sarah, frame]] }),
        json!({ "Ended": { "person": sarah, "session": cast.sarah.session(), "reason": frame } }),
    ] {
        there.receive_bus_message(json!({ "from": from, "news": news }).to_string().as_bytes());
    }
    send_text(&site.greenroom, &cast.eventpro, cast.launch, "Still here?").await;
    let carrying = carry(notes, [site.greenroom.clone(), there.clone()]);
    let heard = stream.events_up_to(start, start + 2).await;
    assert_eq!(heard, audit_event_log(&site.greenroom, &cast.sarah).await[start as usize..]);
    carrying.abort();
}

async fn a_session_end_reaches_all_nodes(site: Site) {
    let cast = site.cast().await;
    let (there, notes) = joined(&site).await;
    let carrying = carry(notes, [site.greenroom.clone(), there.clone()]);
    let (mut stream, _) = Stream::ready(&there, &cast.sarah, Resume::Live).await;
    site.greenroom.sign_out(&cast.sarah).await.expect("signing out");
    let last = with_timeout(stream.next_frame()).await;
    assert_eq!((last.event.as_str(), last.data["reason"].as_str()), ("session-ended", Some("signed_out")));
    carrying.abort();
}

async fn presence_counts_streams_of_all_nodes(site: Site) {
    let cast = site.cast().await;
    let (there, notes) = joined(&site).await;
    let carrying = carry(notes, [site.greenroom.clone(), there.clone()]);
    let rounds = [&site.greenroom, &there].map(|greenroom| tokio::spawn(greenroom.clone().run_presence()));
    let (mut theirs, _) = Stream::ready(&site.greenroom, &cast.eventpro, Resume::Live).await;
    let (hers_here, _) = Stream::ready(&site.greenroom, &cast.sarah, Resume::Live).await;
    let (hers_there, _) = Stream::ready(&there, &cast.sarah, Resume::Live).await;
    assert_eq!(theirs.next_frame().await.data["online"], true);
    let is_here = async || site.greenroom.load_presence(&cast.eventpro, cast.launch).await.expect("presence").online;
    let both_know = async {
        while !there.load_presence(&cast.eventpro, cast.launch).await.expect("presence").online {
            tokio::task::yield_now().await;
        }
    };
    with_timeout(both_know).await;
    drop(hers_here);
    // Longer than the grace for reconnecting.
    let quiet = tokio::time::timeout(Duration::from_secs(7), theirs.next_frame()).await;
    assert!(quiet.is_err(), "she is still online: {quiet:?}");
    assert!(is_here().await);
    drop(hers_there);
    assert_eq!(theirs.next_frame().await.data["online"], false);
    assert!(!is_here().await);
    carrying.abort();
    rounds.iter().for_each(JoinHandle::abort);
}
