//! Event streams as bytes: a stream that is detached from hyper must still be valid HTTP.

use crate::support::{SARAH, Site, soon};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

async fn send_request(site: &Site, request: &str) -> TcpStream {
    let mut connection = TcpStream::connect(site.addr()).await.expect("a connection");
    let token = &site.tokens[SARAH];
    let request = format!("{request}\r\nhost: {}\r\ncookie: greenroom={token}\r\n\r\n", site.addr());
    connection.write_all(request.as_bytes()).await.expect("a request");
    connection
}

/// Reads until this text has arrived.
async fn read_until(connection: &mut TcpStream, received: &mut String, what: &str) {
    let reading = async {
        while !received.contains(what) {
            let mut bytes = [0; 4_096];
            let length = connection.read(&mut bytes).await.expect("more");
            assert!(length > 0, "the stream ended before {what}: {received}");
            received.push_str(&String::from_utf8_lossy(&bytes[..length]));
        }
    };
    soon(what, reading).await;
}

async fn read_to_end(connection: &mut TcpStream) -> String {
    let mut rest = String::new();
    soon("the end", connection.read_to_string(&mut rest)).await.expect("text");
    rest
}

async fn sign_out(site: &Site) {
    site.sarah().post("/api/auth/signout", &json!({})).await.empty();
}

#[tokio::test]
async fn every_frame_is_a_chunk_and_the_last_one_is_empty() {
    let site = Site::new().await;
    let (mut stream, mut received) = (send_request(&site, "GET /api/events HTTP/1.1").await, String::new());
    read_until(&mut stream, &mut received, "event: ready").await;
    assert!(received.to_lowercase().contains("transfer-encoding: chunked"), "{received}");
    site.eventpro().send_message(&site.launch, "A chunk each").await;
    read_until(&mut stream, &mut received, "event: notification.created").await;
    sign_out(&site).await;
    let rest = received + &read_to_end(&mut stream).await;
    let (_, mut body) = rest.split_once("\r\n\r\n").expect("a head");
    let mut frames = Vec::new();
    loop {
        let (size, after) = body.split_once("\r\n").expect("a size");
        let size = usize::from_str_radix(size, 16).expect("a size");
        let (frame, after) = after.split_at(size);
        if size == 0 {
            assert_eq!(after, "\r\n", "nothing follows the last chunk");
            break;
        }
        assert!(frame.ends_with("\n\n") && !frame.trim_end().contains("\n\n"), "one whole frame: {frame:?}");
        frames.push(frame.to_owned());
        body = after.strip_prefix("\r\n").expect("the end of a chunk");
    }
    let names: Vec<_> =
        frames.iter().filter_map(|frame| frame.lines().find(|line| line.starts_with("event"))).collect();
    let names: Vec<_> = names.into_iter().filter(|name| !name.contains("presence")).collect();
    assert_eq!(
        names,
        ["event: ready", "event: message.created", "event: notification.created", "event: session-ended"]
    );
}

/// Some gateways request with HTTP/1.0 by default.
#[tokio::test]
async fn an_http_1_0_stream_is_not_chunked() {
    let site = Site::new().await;
    let (mut stream, mut received) = (send_request(&site, "GET /api/events HTTP/1.0").await, String::new());
    read_until(&mut stream, &mut received, "event: ready").await;
    site.eventpro().send_message(&site.launch, "No chunks").await;
    read_until(&mut stream, &mut received, "event: notification.created").await;
    sign_out(&site).await;
    let rest = received + &read_to_end(&mut stream).await;
    assert!(!rest.to_lowercase().contains("chunked"), "{rest}");
    let (_, body) = rest.split_once("\r\n\r\n").expect("a head");
    let known = |line: &&str| ["event: ", "id: ", "data: ", "retry: "].iter().any(|field| line.starts_with(field));
    let strange: Vec<_> = body.lines().filter(|line| !line.is_empty() && !known(line)).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[tokio::test]
async fn a_stream_may_follow_other_requests_on_a_connection() {
    let site = Site::new().await;
    let (mut connection, mut received) = (send_request(&site, "GET /api/auth/session HTTP/1.1").await, String::new());
    read_until(&mut connection, &mut received, "expiresAt").await;
    let token = &site.tokens[SARAH];
    let request = format!("GET /api/events HTTP/1.1\r\nhost: {}\r\ncookie: greenroom={token}\r\n\r\n", site.addr());
    connection.write_all(request.as_bytes()).await.expect("another request");
    read_until(&mut connection, &mut received, "event: ready").await;
    site.eventpro().send_message(&site.launch, "Second request").await;
    read_until(&mut connection, &mut received, "Second request").await;
}

#[tokio::test]
async fn a_head_request_opens_no_stream() {
    let site = Site::new().await;
    let mut connection = send_request(&site, "HEAD /api/events HTTP/1.1\r\nconnection: close").await;
    let answer = read_to_end(&mut connection).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.to_lowercase().contains("text/event-stream"), "{answer}");
    assert!(!answer.contains("ready"), "{answer}");
}
