use crate::support::{
    Site, SseEvent,
    metrics_page::{METRICS_ON, MetricsPage},
    stream, within,
};
use futures::future::join_all;
use socket2::{Domain, SockRef, Socket, Type};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// Enough messages to fill the send and receive buffers of both sockets.
const MESSAGES: usize = 500;

/// Opens a stream on a socket with a small receive buffer. Waits for the first event but reads nothing.
fn open(addr: SocketAddr, token: &str) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(4 * 1_024).expect("a small buffer");
    socket.connect(&addr.into()).expect("a connection");
    let mut connection = TcpStream::from(socket);
    let request =
        format!("GET /api/events HTTP/1.1\r\nhost: {addr}\r\ncookie: greenroom={token}\r\nconnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).expect("a request");
    connection.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    let (mut seen, mut length) = ([0; 4 * 1_024], 0);
    while !String::from_utf8_lossy(&seen[..length]).contains("event: ready") {
        length = connection.peek(&mut seen).expect("the beginning of a stream");
    }
    connection
}

/// Reads until the server closes the connection; panics if it doesn't.
fn drain(mut connection: TcpStream) -> Vec<u8> {
    SockRef::from(&connection).set_recv_buffer_size(1_024 * 1_024).expect("a large buffer");
    let mut bytes = Vec::new();
    let end = connection.read_to_end(&mut bytes);
    let timed_out =
        end.is_err_and(|error| matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut));
    assert!(!timed_out, "the server closes a disconnected stream's socket");
    bytes
}

/// Parses the whole frames of a chunked body that may end in the middle of a frame.
fn frames(bytes: &[u8]) -> Vec<SseEvent> {
    let start = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
    let (mut body, mut rest) = (Vec::new(), &bytes[start..]);
    while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&rest[..line]).expect("a size");
        let size = usize::from_str_radix(size, 16).expect("a size");
        let chunk = &rest[line + 2..];
        body.extend_from_slice(&chunk[..size.min(chunk.len())]);
        rest = chunk.get(size + 2..).unwrap_or_default();
    }
    stream::parse_all(&body)
}

#[tokio::test]
async fn a_slow_consumer_is_disconnected_and_resumes_without_loss() {
    let site = Site::with(&[("GREENROOM_SENDS_PER_MINUTE", "10000"), METRICS_ON]).await;
    let mut attentive = site.sarah().follow("/api/events").await;
    let start = attentive.cursor();
    let (addr, token) = (site.addr(), site.tokens[crate::support::SARAH].clone());
    let opening = tokio::task::spawn_blocking(move || open(addr, &token));
    let connection = within(Duration::from_secs(20), "opening", opening).await.expect("a stream");
    let others = tokio::spawn(async move {
        stream::gapless(start, &attentive.take(2 * MESSAGES).await);
    });
    let senders = (0..4).map(|_| {
        let (eventpro, launch) = (site.eventpro(), site.launch.clone());
        tokio::spawn(async move {
            for _ in 0..MESSAGES / 4 {
                eventpro.send_message(&launch, &"💃".repeat(4_000)).await;
            }
        })
    });
    for sender in join_all(senders).await {
        sender.expect("all messages are sent");
    }
    others.await.expect("the other stream received everything");
    let drained = tokio::task::spawn_blocking(move || drain(connection));
    let received = frames(&within(Duration::from_secs(30), "draining", drained).await.expect("the buffered rest"));
    let received: Vec<SseEvent> = received.into_iter().filter(|frame| frame.event != "heartbeat").collect();
    assert_eq!((received[0].event.as_str(), received[0].id), ("ready", Some(start)));
    stream::gapless(start, &received[1..]);
    assert!(received.len() < 2 * MESSAGES, "the stream was disconnected before the end: {}", received.len());
    assert_eq!(
        MetricsPage::fetch(&site.process).await.get("greenroom_slow_consumers_disconnected_total"),
        1.0,
        "the disconnection is counted"
    );

    let last = received.last().and_then(|frame| frame.id).expect("the last received event");
    let missing = 2 * MESSAGES - (received.len() - 1);
    let mut again = site.sarah().follow(&format!("/api/events?after={last}")).await;
    assert_eq!(again.first.event, "ready");
    stream::gapless(last, &again.take(missing).await);
    let fresh = site.eventpro().send_message(&site.launch, "And on").await;
    assert_eq!(again.next().await.map(|frame| frame.data["message"].clone()), Some(fresh));
}
