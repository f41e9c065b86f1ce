use crate::support::{Site, stream::gapless};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn replay_is_in_order_without_duplicates_and_then_live() {
    let site = Site::new().await;
    let head = site.sarah().follow("/api/events").await.cursor();
    for after in [0, 1, head - 1, head] {
        let mut stream = site.sarah().follow(&format!("/api/events?after={after}")).await;
        assert_eq!(stream.first.event, "ready");
        assert_eq!(stream.first.data, json!({ "cursor": after, "resumed": true }));
        let live = site.sarah().send_message(&site.launch, &format!("After {after}")).await;
        let received = stream.until(|frame| frame.data["message"] == live).await;
        gapless(after, &received);
    }
}

#[tokio::test]
async fn last_event_id_takes_precedence_over_after() {
    let site = Site::new().await;
    let follow = async |path: &str, header: &str| {
        let request = site.sarah().request(Method::GET, path).header("last-event-id", header);
        site.sarah().open_stream(request).await
    };
    for (path, header, cursor) in [
        ("/api/events", "3", 3),
        ("/api/websocket", "3", 3),
        ("/api/events?after=7", "3", 3),
        ("/api/events?after=nonsense", "3", 3),
        ("/api/events?after=7", " 3 ", 3),
        ("/api/events?after=7", "", 7),
        ("/api/events", "0", 0),
    ] {
        let mut stream = follow(path, header).await;
        assert_eq!((stream.first.event.as_str(), stream.cursor()), ("ready", cursor), "{path} {header:?}");
        assert_eq!(stream.next().await.and_then(|frame| frame.id), Some(cursor + 1));
    }
    assert_eq!(follow("/api/events?after=7", "nonsense").await.first.event, "reset", "an invalid header wins too");
}

#[tokio::test]
async fn an_invalid_cursor_resets_the_stream() {
    let site = Site::new().await;
    let head = site.sarah().follow("/api/events").await.cursor();
    let beyond = (head + 1).to_string();
    for after in [
        beyond.as_str(),
        "9223372036854775807",
        "-1",
        "x",
        "",
        "1.5",
        "1e3",
        "99999999999999999999",
        "%00",
        "%ff",
        "1,2",
    ] {
        let mut stream = site.sarah().follow(&format!("/api/events?after={after}")).await;
        assert_eq!((stream.first.event.as_str(), stream.cursor()), ("reset", head), "{after:?}");
        assert_eq!(stream.first.data, json!({ "cursor": head }));
        drop(stream.headers.drain());
        stream = site.sarah().follow(&format!("/api/events?after={head}")).await;
        assert_eq!(stream.first.event, "ready");
    }
    for header in ["x", "-5", &beyond, "caf\u{e9}"] {
        let request = site.sarah().request(Method::GET, "/api/events").header("last-event-id", header.as_bytes());
        let stream = site.sarah().open_stream(request).await;
        assert_eq!((stream.first.event.as_str(), stream.cursor()), ("reset", head), "{header:?}");
    }
}

#[tokio::test]
async fn a_reset_stream_continues_from_the_last_seq() {
    let site = Site::new().await;
    let mut stream = site.sarah().follow("/api/events?after=lost").await;
    let sent = site.sarah().send_message(&site.launch, "From here on").await;
    let received = stream.next().await.expect("the next event");
    assert_eq!((received.id, &received.data["message"]), (Some(stream.cursor() + 1), &sent));
}

#[tokio::test]
async fn a_purged_cursor_resets_the_stream() {
    let site = Site::new().await;
    site.execute("DELETE FROM event WHERE seq <= 5").await;
    assert_eq!(site.sarah().follow("/api/events?after=4").await.first.event, "reset");
    let mut stream = site.sarah().follow("/api/events?after=5").await;
    assert_eq!(stream.first.event, "ready");
    assert_eq!(stream.next().await.and_then(|frame| frame.id), Some(6));
}

#[tokio::test]
async fn a_disconnected_stream_resumes_without_loss() {
    let site = Site::new().await;
    let mut stream = site.sarah().follow("/api/events").await;
    let (start, mut cursor, mut received) = (stream.cursor(), stream.cursor(), Vec::new());
    for round in 0..10 {
        let sent = site.eventpro().send_message(&site.launch, &format!("Before the cut {round}")).await;
        let frames = stream.until(|frame| frame.data["message"] == sent).await;
        drop(stream);
        site.eventpro().send_message(&site.launch, &format!("While away {round}")).await;
        cursor += i64::try_from(frames.len()).expect("few");
        received.extend(frames);
        stream = site.sarah().follow(&format!("/api/events?after={cursor}")).await;
    }
    received.extend(stream.take(3).await);
    gapless(start, &received);
    assert_eq!(received.iter().filter(|frame| frame.event == "message.created").count(), 20);
}
