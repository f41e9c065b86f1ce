//! Tests of `/api/conversations/{id}/read`.

use crate::support::{Actor, Site};
use serde_json::{Value, json};

async fn conversation(actor: &Actor, id: &str) -> Value {
    actor.get(&format!("/api/conversations/{id}")).await.ok(200)["conversation"].clone()
}

async fn read(actor: &Actor, id: &str, seq: i64) {
    actor.put(&format!("/api/conversations/{id}/read"), &json!({ "seq": seq })).await.empty();
}

#[tokio::test]
async fn both_people_see_the_read_marker() {
    let site = Site::new().await;
    let (eventpro, sarah, launch) = (site.eventpro(), site.sarah(), site.launch.as_str());
    let mut streams = [eventpro.follow("/api/events").await, sarah.follow("/api/events").await];
    for body in ["One", "Two", "Three"] {
        eventpro.send_message(launch, body).await;
    }
    read(&sarah, launch, 14).await;
    for stream in &mut streams {
        let frames = stream.until(|frame| frame.event == "conversation.read").await;
        let read = &frames.last().expect("an event").data;
        assert_eq!((&read["conversationId"], &read["userId"]), (&json!(launch), &json!(site.people.sarah)));
        assert_eq!(read["readSeq"], 14);
    }
    let hers = conversation(&sarah, launch).await;
    assert_eq!((&hers["readSeq"], &hers["unread"]), (&json!(14), &json!(1)));
    assert_eq!(conversation(&eventpro, launch).await["counterpartReadSeq"], 14);
    let seen = streams[1].next().await.expect("an event about notifications");
    assert_eq!(seen.event, "notification.read");
    assert!(seen.data["ids"].as_array().is_some_and(|ids| ids.len() == 2) && seen.data["unread"] == 1, "{seen:?}");
}

#[tokio::test]
async fn a_read_marker_only_moves_forward_to_the_last_message() {
    let site = Site::new().await;
    let (eventpro, sarah, launch) = (site.eventpro(), site.sarah(), site.launch.as_str());
    eventpro.send_message(launch, "One").await;
    eventpro.send_message(launch, "Two").await;
    read(&sarah, launch, 13).await;
    for (seq, stands) in [(3, 13), (0, 13), (-7, 13), (i64::MIN, 13), (13, 13), (i64::MAX, 14), (15, 14), (1, 14)] {
        read(&sarah, launch, seq).await;
        assert_eq!(conversation(&sarah, launch).await["readSeq"], stands, "after {seq}");
    }
    eventpro.send_message(launch, "Three").await;
    assert_eq!(conversation(&sarah, launch).await["unread"], 1, "later messages are unread");
}

#[tokio::test]
async fn marking_read_again_publishes_no_event() {
    let site = Site::new().await;
    let (eventpro, sarah, launch) = (site.eventpro(), site.sarah(), site.launch.as_str());
    eventpro.send_message(launch, "One").await;
    read(&sarah, launch, 13).await;
    let mut stream = eventpro.follow("/api/events").await;
    for seq in [13, 13, 2, 99] {
        read(&sarah, launch, seq).await;
    }
    sarah.send_message(launch, "And on").await;
    assert_eq!(stream.next().await.map(|frame| frame.event), Some("message.created".to_owned()));
}
