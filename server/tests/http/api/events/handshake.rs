use crate::support::{Site, TestResponse, json_shapes, stream::message_body};
use reqwest::Method;
use serde_json::json;
use std::{collections::HashSet, time::Duration};

const MIN_RETRY: Duration = Duration::from_secs(1);
const MAX_RETRY: Duration = Duration::from_secs(5);
const PATHS: [&str; 2] = ["/api/events", "/api/websocket"];
const ACCEPTS: [&str; 5] = ["text/event-stream", "text/html", "application/json", "*/*", "image/png;q=0"];

#[tokio::test]
async fn a_stream_has_headers_against_buffering() {
    let site = Site::new().await;
    for path in PATHS {
        for accept in ACCEPTS {
            let request = site.sarah().request(Method::GET, path).header("accept", accept);
            let request = request.header("accept-encoding", "gzip, br, deflate, zstd");
            let stream = site.sarah().open_stream(request).await;
            let header = |name: &str| stream.headers.get(name).map(|value| value.to_str().expect("text"));
            assert_eq!(header("content-type"), Some("text/event-stream"));
            assert_eq!(header("cache-control"), Some("no-cache, no-transform"));
            assert_eq!(header("x-accel-buffering"), Some("no"));
            assert_eq!(header("set-cookie"), None);
            assert_eq!(header("content-encoding"), None, "compression would delay frames");
            assert_eq!(header("content-length"), None);
            assert!(header("x-request-id").is_some());
        }
    }
}

#[tokio::test]
async fn a_stream_without_a_session_is_a_problem_for_every_accept_header() {
    let site = Site::new().await;
    for actor in [site.anonymous(), site.actor_with_token("nonsense")] {
        for path in PATHS {
            for accept in ACCEPTS {
                let request = actor.request(Method::GET, path).header("accept", accept);
                TestResponse::to(request.header("last-event-id", "3")).await.problem(401, "unauthenticated");
            }
            let upgrade = actor.request(Method::GET, path).header("connection", "upgrade");
            let upgrade = upgrade.header("upgrade", "websocket").header("sec-websocket-version", "13");
            let upgrade = upgrade.header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
            TestResponse::to(upgrade).await.problem(401, "unauthenticated");
        }
    }
}

#[tokio::test]
async fn the_first_event_is_ready_with_the_cursor() {
    let site = Site::new().await;
    let cursor = site.sarah().get("/api/messages").await.ok(200)["cursor"].clone();
    for path in PATHS {
        let stream = site.sarah().follow(path).await;
        assert_eq!(stream.first.event, "ready");
        assert_eq!(stream.first.data, json!({ "cursor": cursor, "resumed": false }));
        assert_eq!(Some(stream.cursor()), cursor.as_i64());
    }
    let stream = site.achieng().follow("/api/events").await;
    assert_eq!((stream.cursor(), &stream.first.data["cursor"]), (0, &json!(0)), "a person without events");
}

#[tokio::test]
async fn retry_intervals_are_jittered() {
    let site = Site::new().await;
    let mut retries = HashSet::new();
    for _ in 0..8 {
        let retry = site.sarah().follow("/api/events").await.first.retry.expect("a retry");
        assert!((MIN_RETRY..=MAX_RETRY).contains(&retry), "{retry:?}");
        retries.insert(retry);
    }
    assert!(retries.len() > 4, "{retries:?}");
    let reset = site.sarah().follow("/api/events?after=x").await.first.retry.expect("a retry");
    assert!((MIN_RETRY..=MAX_RETRY).contains(&reset), "{reset:?}");
}

#[tokio::test]
async fn a_message_event_has_its_shape_for_both_people() {
    let site = Site::new().await;
    let (mut mine, mut hers) =
        (site.eventpro().follow("/api/events").await, site.sarah().follow("/api/websocket").await);
    let mut strangers = site.safari().follow("/api/events").await;
    let message = site.eventpro().send_message(&site.launch, "Habari").await;
    let received = mine.next().await.expect("the sender receives the event too");
    json_shapes::keys(&received.data, &["seq", "at", "type", "message"]);
    assert_eq!((received.event.as_str(), &received.data["message"]), ("message.created", &message));
    let received = hers.take(2).await;
    assert_eq!(received[0].data["message"], message);
    assert_eq!(received[1].event, "notification.created");
    json_shapes::keys(&received[1].data, &["seq", "at", "type", "notification"]);
    json_shapes::notification(&received[1].data["notification"]);
    site.kamau().send_message(&site.sundowner, "Private").await;
    let own = strangers.next().await.expect("his own event");
    assert_eq!((message_body(&own), own.id), ("Private", Some(strangers.cursor() + 1)));
}
