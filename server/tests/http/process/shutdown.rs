use crate::support::{SARAH, Site, raw::raw_line, soon};
use std::{
    io::Write,
    net::TcpStream,
    time::{Duration, Instant},
};

const TEN_SECONDS: Duration = Duration::from_secs(10);

#[tokio::test]
async fn shutdown_ends_streams_and_exits() {
    let mut site = Site::new().await;
    let mut streams = [site.eventpro().follow("/api/events").await, site.sarah().follow("/api/events").await];
    let message = site.eventpro().send_message(&site.launch, "The last message").await;
    let idle = TcpStream::connect(site.addr()).expect("an idle connection");
    let started = Instant::now();
    site.process.terminate();
    for stream in &mut streams {
        let mut frames = Vec::new();
        while let Some(frame) = stream.next().await {
            frames.push(frame);
        }
        assert_eq!(frames.first().map(|frame| &frame.data["message"]), Some(&message), "committed events are sent");
    }
    let status = site.process.exit(TEN_SECONDS).await;
    assert!(status.success(), "{status}: {}", site.process.log());
    assert!(started.elapsed() < Duration::from_secs(5), "the exit was delayed: {:?}", started.elapsed());
    drop(idle);

    let cursor = streams[1].cursor();
    site.restart().await;
    let mut again = site.sarah().follow(&format!("/api/events?after={cursor}")).await;
    assert_eq!(again.first.data["resumed"], true);
    assert_eq!(again.next().await.map(|frame| frame.data["message"].clone()), Some(message));
}

#[tokio::test]
async fn shutdown_does_not_wait_for_a_slow_client() {
    let mut site = Site::new().await;
    let mut half_sent = TcpStream::connect(site.addr()).expect("a connection");
    let head = format!(
        "POST /api/messages HTTP/1.1\r\nhost: x\r\ncookie: greenroom={}\r\ncontent-type: application/json\r\n\
         content-length: 500\r\n\r\n{{\"body\":",
        site.tokens[SARAH]
    );
    half_sent.write_all(head.as_bytes()).expect("half a request");
    soon("another request", raw_line(site.addr(), "GET", "/healthz")).await;
    site.process.terminate();
    let status = site.process.exit(TEN_SECONDS).await;
    assert!(status.success(), "{status}: {}", site.process.log());
}
