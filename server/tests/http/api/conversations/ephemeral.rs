//! Tests of `/api/conversations/{id}/typing` and `/api/conversations/{id}/presence`.

use crate::support::{SOON, Site, Stream};
use serde_json::json;

/// Returns the data of the next frame with this event name, skipping others.
async fn next(stream: &mut Stream, event: &str) -> serde_json::Value {
    loop {
        let frame = stream.next_frame(SOON).await.expect("the stream goes on");
        if frame.event == event {
            return frame.data;
        }
    }
}

#[tokio::test]
async fn the_other_person_receives_typing() {
    let site = Site::new().await;
    let (eventpro, sarah, launch) = (site.eventpro(), site.sarah(), site.launch.as_str());
    let mut stream = eventpro.follow("/api/events").await;
    sarah.put(&format!("/api/conversations/{launch}/typing"), &json!({})).await.empty();
    let typing = next(&mut stream, "typing").await;
    assert_eq!((&typing["conversationId"], &typing["userId"]), (&json!(launch), &json!(site.people.sarah)));
    crate::support::json_shapes::timestamp(&typing["until"]);
}

#[tokio::test]
async fn the_stream_tells_presence_changes() {
    let site = Site::new().await;
    let (eventpro, sarah, launch) = (site.eventpro(), site.sarah(), site.launch.as_str());
    let path = format!("/api/conversations/{launch}/presence");
    let mut stream = eventpro.follow("/api/events").await;
    let hers = sarah.follow("/api/events").await;
    assert_eq!(next(&mut stream, "presence").await, json!({ "userId": site.people.sarah, "online": true }));
    assert_eq!(eventpro.get(&path).await.ok(200), json!({ "online": true, "activeAt": null }));
    drop(hers);
    assert_eq!(next(&mut stream, "presence").await, json!({ "userId": site.people.sarah, "online": false }));
    let gone = eventpro.get(&path).await.ok(200);
    assert_eq!(gone["online"], false);
    crate::support::json_shapes::timestamp(&gone["activeAt"]);
}
