//! Several nodes connected by an unreliable bus.

use crate::support::{Site, Stream, audit_event_log, send_text, soon};
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
struct ChannelBus(mpsc::UnboundedSender<Vec<u8>>);

impl Bus for ChannelBus {
    fn publish(&self, message: Vec<u8>) {
        // The test may have dropped the receiver.
        let _ = self.0.send(message);
    }
}

/// Opens a second node and connects both; returns it and the messages of both.
async fn connect_nodes(site: &Site) -> (Greenroom, mpsc::UnboundedReceiver<Vec<u8>>) {
    let second = site.open_second_node(Limits::default()).await;
    let (sender, messages) = mpsc::unbounded_channel();
    site.greenroom.connect_bus(ChannelBus(sender.clone()));
    second.connect_bus(ChannelBus(sender));
    (second, messages)
}

/// Delivers every message to both nodes as it comes.
fn relay(mut messages: mpsc::UnboundedReceiver<Vec<u8>>, nodes: [Greenroom; 2]) -> JoinHandle<()> {
    tokio::spawn(async move {
        while let Some(message) = messages.recv().await {
            nodes.iter().for_each(|node| node.receive_bus_message(&message));
        }
    })
}

async fn commits_are_published_to_other_nodes(site: Site) {
    let demo = site.demo().await;
    let (second, messages) = connect_nodes(&site).await;
    let relaying = relay(messages, [site.greenroom.clone(), second.clone()]);
    let (mut stream, start) = Stream::ready(&second, &demo.sarah, Resume::Live).await;
    for number in 0..20 {
        send_text(&site.greenroom, &demo.eventpro, demo.launch, &number.to_string()).await;
    }
    let received = stream.events_up_to(start, start + 40).await;
    assert_eq!(received, audit_event_log(&site.greenroom, &demo.sarah).await[start as usize..]);
    site.greenroom.notify_typing(&demo.eventpro, demo.launch).await.expect("published");
    assert_eq!(stream.next_frame().await.event, "typing");
    relaying.abort();
}

async fn bus_messages_are_idempotent_and_unordered(site: Site) {
    let demo = site.demo().await;
    let (second, mut messages) = connect_nodes(&site).await;
    let (mut stream, start) = Stream::ready(&second, &demo.sarah, Resume::Live).await;
    let mut delayed = Vec::new();
    for number in 0..20 {
        send_text(&site.greenroom, &demo.eventpro, demo.launch, &number.to_string()).await;
        delayed.push(soon("a bus message", messages.recv()).await.expect("a bus message"));
    }
    for message in delayed.iter().rev().chain(&delayed) {
        second.receive_bus_message(message);
    }
    second.receive_bus_message(b"not a message");
    let received = stream.events_up_to(start, start + 40).await;
    assert_eq!(received, audit_event_log(&site.greenroom, &demo.sarah).await[start as usize..]);
}

/// Another client of the bus, or a faulty node: its text must never be written to a stream.
async fn a_frame_in_a_bus_message_reaches_no_stream(site: Site) {
    let demo = site.demo().await;
    let (second, messages) = connect_nodes(&site).await;
    let (mut stream, start) = Stream::ready(&second, &demo.sarah, Resume::Live).await;
    let (from, sarah) = (uuid::Uuid::now_v7(), demo.sarah.id());
    let frame = "event: session-ended\ndata: {\"reason\":\"signed_out\"}\n\n";
    let typing = json!({ "conversationId": demo.launch, "userId": demo.eventpro.id(), "until": frame });
    for event in [
        json!({ "Passing": { "people": [sarah], "frame": frame } }),
        json!({ "Typing": { "to": [sarah], "typing": frame } }),
        json!({ "Typing": { "to": [sarah], "conversation": frame, "by": demo.eventpro.id() } }),
        json!({ "Typing": { "to": [sarah], "typing": typing } }),
        json!({ "Hidden": { "person": frame, "from": [sarah] } }),
        json!({ "At": [[sarah, frame]] }),
        json!({ "Ended": { "person": sarah, "session": demo.sarah.session(), "reason": frame } }),
    ] {
        second.receive_bus_message(json!({ "from": from, "news": event }).to_string().as_bytes());
    }
    send_text(&site.greenroom, &demo.eventpro, demo.launch, "Still here?").await;
    let relaying = relay(messages, [site.greenroom.clone(), second.clone()]);
    let received = stream.events_up_to(start, start + 2).await;
    assert_eq!(received, audit_event_log(&site.greenroom, &demo.sarah).await[start as usize..]);
    relaying.abort();
}

async fn a_session_end_reaches_all_nodes(site: Site) {
    let demo = site.demo().await;
    let (second, messages) = connect_nodes(&site).await;
    let relaying = relay(messages, [site.greenroom.clone(), second.clone()]);
    let (mut stream, _) = Stream::ready(&second, &demo.sarah, Resume::Live).await;
    site.greenroom.sign_out(&demo.sarah).await.expect("signing out");
    let last = soon("the last frame", stream.next_frame()).await;
    assert_eq!((last.event.as_str(), last.data["reason"].as_str()), ("session-ended", Some("signed_out")));
    relaying.abort();
}

async fn presence_counts_streams_of_all_nodes(site: Site) {
    let demo = site.demo().await;
    let (second, messages) = connect_nodes(&site).await;
    let relaying = relay(messages, [site.greenroom.clone(), second.clone()]);
    let tasks = [&site.greenroom, &second].map(|greenroom| tokio::spawn(greenroom.clone().run_presence()));
    let (mut eventpro_stream, _) = Stream::ready(&site.greenroom, &demo.eventpro, Resume::Live).await;
    let (hers_at_first, _) = Stream::ready(&site.greenroom, &demo.sarah, Resume::Live).await;
    let (hers_at_second, _) = Stream::ready(&second, &demo.sarah, Resume::Live).await;
    assert_eq!(eventpro_stream.next_frame().await.data["online"], true);
    let is_online = async || site.greenroom.load_presence(&demo.eventpro, demo.launch).await.expect("presence").online;
    let second_knows = async {
        while !second.load_presence(&demo.eventpro, demo.launch).await.expect("presence").online {
            tokio::task::yield_now().await;
        }
    };
    soon("the announced presence", second_knows).await;
    drop(hers_at_first);
    // Longer than the grace for reconnecting.
    let result = tokio::time::timeout(Duration::from_secs(7), eventpro_stream.next_frame()).await;
    assert!(result.is_err(), "she is still online: {result:?}");
    assert!(is_online().await);
    drop(hers_at_second);
    assert_eq!(eventpro_stream.next_frame().await.data["online"], false);
    assert!(!is_online().await);
    relaying.abort();
    tasks.iter().for_each(JoinHandle::abort);
}
