use crate::support::{Site, soon};

#[tokio::test]
async fn a_person_has_at_most_32_streams() {
    let site = Site::new().await;
    let mut streams = Vec::new();
    for _ in 0..32 {
        streams.push(site.sarah().follow("/api/events").await);
    }
    for path in ["/api/events", "/api/websocket"] {
        let refused = site.sarah().get(path).await;
        refused.problem(429, "too_many_streams");
        assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
    }
    site.eventpro().follow("/api/events").await;
    streams.pop();
    // The server notices the closed connection after a moment.
    let again = async {
        loop {
            let answer = site.sarah().request(reqwest::Method::GET, "/api/events").send().await.expect("an answer");
            if answer.status() == 200 {
                break;
            }
        }
    };
    soon("a free stream", again).await;
    let sent = site.eventpro().send_message(&site.launch, "To all of them").await;
    for stream in &mut streams {
        assert_eq!(stream.next().await.map(|frame| frame.data["message"].clone()), Some(sent.clone()));
    }
}

#[tokio::test]
async fn the_stream_limit_is_configurable() {
    let site = Site::with(&[("GREENROOM_STREAMS_PER_PERSON", "1")]).await;
    let _first = site.sarah().follow("/api/events").await;
    site.sarah().get("/api/events").await.problem(429, "too_many_streams");
}
