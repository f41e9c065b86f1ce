use crate::support::{
    Actor, Site, SseEvent, Stream,
    stream::{gapless, message_body},
};
use std::collections::HashSet;

const EACH: usize = 40;

async fn write(actor: Actor, conversation: String, name: &'static str) {
    for number in 0..EACH {
        actor.send_message(&conversation, &format!("{name} {number}")).await;
    }
}

/// Reads until the last message of both writers has arrived.
async fn read(mut stream: Stream) -> Vec<SseEvent> {
    let mut missing: HashSet<String> = ["eventpro", "sarah"].map(|name| format!("{name} {}", EACH - 1)).into();
    let mut frames = Vec::new();
    while !missing.is_empty() {
        let frame = stream.next().await.expect("the stream goes on");
        if frame.event == "message.created" {
            missing.remove(message_body(&frame));
        }
        frames.push(frame);
    }
    frames
}

#[tokio::test]
async fn concurrent_messages_leave_every_stream_gapless() {
    let site = Site::new().await;
    let mut readers = Vec::new();
    for actor in [site.eventpro(), site.eventpro(), site.sarah(), site.sarah()] {
        let stream = actor.follow("/api/events").await;
        let cursor = stream.cursor();
        readers.push(tokio::spawn(async move { (cursor, read(stream).await) }));
    }
    let writers = [
        tokio::spawn(write(site.eventpro(), site.launch.clone(), "eventpro")),
        tokio::spawn(write(site.sarah(), site.launch.clone(), "sarah")),
    ];
    for writer in writers {
        writer.await.expect("all messages are sent");
    }
    let thread = site.sarah().load_whole_thread(&site.launch).await;
    for reader in readers {
        let (cursor, frames) = reader.await.expect("all events arrived");
        gapless(cursor, &frames);
        let received: Vec<_> = frames.iter().filter(|frame| frame.event == "message.created").collect();
        let received: Vec<_> = received.iter().map(|frame| &frame.data["message"]).collect();
        assert_eq!(
            received,
            thread[12..].iter().collect::<Vec<_>>(),
            "the stream has the thread's messages in its order"
        );
    }
}

#[tokio::test]
async fn streams_opened_during_traffic_are_gapless() {
    let site = Site::new().await;
    let start = site.sarah().follow("/api/events").await.cursor();
    let writer = tokio::spawn(write(site.eventpro(), site.launch.clone(), "eventpro"));
    let mut joiners = Vec::new();
    while !writer.is_finished() {
        let mut stream = site.sarah().follow(&format!("/api/events?after={start}")).await;
        joiners.push(tokio::spawn(async move {
            let last = format!("eventpro {}", EACH - 1);
            stream.until(|frame| frame.event == "message.created" && message_body(frame) == last).await
        }));
        if joiners.len() > 20 {
            break;
        }
    }
    writer.await.expect("all messages are sent");
    for joiner in joiners {
        gapless(start, &joiner.await.expect("all events arrived"));
    }
}
