//! Tests of `/api/conversations/{id}`.

mod ephemeral;
mod history;
mod read;
mod receipts;

use crate::support::{Site, json_shapes};

#[tokio::test]
async fn a_conversation_shows_the_counterpart_to_each_person() {
    let site = Site::new().await;
    let path = format!("/api/conversations/{}", site.launch);
    for (actor, counterpart) in [(site.eventpro(), &site.people.sarah), (site.sarah(), &site.people.eventpro)] {
        let seen = actor.get(&path).await.ok(200);
        json_shapes::keys(&seen, &["conversation", "cursor"]);
        json_shapes::conversation(&seen["conversation"]);
        assert_eq!(seen["conversation"]["counterpart"]["id"], counterpart.as_str());
        let inbox = actor.get("/api/messages").await.ok(200);
        assert_eq!(seen["conversation"], inbox["conversations"][0], "equals the inbox's entry");
        assert_eq!(seen["cursor"], inbox["cursor"]);
    }
}

#[tokio::test]
async fn the_cursor_matches_the_events_of_the_stream() {
    let site = Site::new().await;
    let path = format!("/api/conversations/{}", site.launch);
    let before = site.sarah().get(&path).await.ok(200)["cursor"].as_i64().expect("a number");
    site.eventpro().send_message(&site.launch, "Habari").await;
    let after = site.sarah().get(&path).await.ok(200)["cursor"].as_i64().expect("a number");
    let mut stream = site.sarah().follow(&format!("/api/events?after={before}")).await;
    let frames = stream.take(usize::try_from(after - before).expect("it grew")).await;
    crate::support::stream::gapless(before, &frames);
    assert_eq!(frames.last().and_then(|frame| frame.id), Some(after));
}
