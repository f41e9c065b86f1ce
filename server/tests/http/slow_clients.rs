//! Slow clients, and too many connections from one network.

use crate::support::{Site, raw::UnfinishedRequest, soon, within};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

/// The server's timeout of a request head, and of a body.
const DEADLINE: Duration = Duration::from_secs(15);

#[tokio::test]
async fn a_body_past_its_deadline_is_refused() {
    let site = Site::new().await;
    let began = Instant::now();
    let request = |path: &str, kind: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: {kind}\r\ncontent-length: 2\r\n\r\n{{}}",
            site.addr()
        )
    };
    let api = UnfinishedRequest::send(site.addr(), request("/api/messages", "application/json").as_bytes()).await;
    let form = request("/fn/sign-in", "application/x-www-form-urlencoded");
    let function = UnfinishedRequest::send(site.addr(), form.as_bytes()).await;
    let (api, function) = tokio::join!(api.answer(), function.answer());
    api.problem(408, "body_timeout");
    function.problem(408, "body_timeout");
    assert!(began.elapsed() >= DEADLINE, "{:?}", began.elapsed());
    assert_eq!(api.header("connection"), "close");
}

/// Sends one byte per second until the connection closes, and returns how long that took.
async fn trickle(connection: &mut TcpStream, bytes: &[u8]) -> Duration {
    let began = Instant::now();
    for byte in bytes.iter().cycle() {
        let mut answer = [0];
        tokio::select! {
            read = connection.read(&mut answer) => if !matches!(read, Ok(1..)) { break },
            () = sleep(Duration::from_secs(1)) => if connection.write_all(&[*byte]).await.is_err() { break },
        }
    }
    began.elapsed()
}

#[tokio::test]
async fn a_request_head_past_its_deadline_ends_the_connection() {
    let site = Site::new().await;
    let mut first = TcpStream::connect(site.addr()).await.expect("a connection");
    first.write_all(b"GET /healthz HTTP/1.1\r\nx-slow: ").await.expect("sent");
    let mut silent = TcpStream::connect(site.addr()).await.expect("a connection");
    let mut second = TcpStream::connect(site.addr()).await.expect("a connection");
    // A complete request; the beginning of a second one follows below.
    second.write_all(b"GET /healthz HTTP/1.1\r\n\r\n").await.expect("sent");
    let mut answer = [0; 12];
    soon("an answer", second.read_exact(&mut answer)).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 200");
    let idle = async {
        let mut end = [0; 1];
        let began = Instant::now();
        while !matches!(silent.read(&mut end).await, Ok(0) | Err(_)) {}
        began.elapsed()
    };
    let (first, second, silent) = within(DEADLINE * 3, "the end of the connections", async {
        tokio::join!(trickle(&mut first, b"x"), trickle(&mut second, b"GET"), idle)
    })
    .await;
    for took in [first, second, silent] {
        assert!((DEADLINE - Duration::from_secs(1)..DEADLINE + Duration::from_secs(4)).contains(&took), "{took:?}");
    }
}

#[tokio::test]
async fn connections_per_network_are_limited() {
    let site = Site::with(&[("GREENROOM_CONNECTIONS_PER_ADDRESS", "3")]).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut connection = TcpStream::connect(site.addr()).await.expect("a connection");
        connection.write_all(b"GET /healthz HTTP/1.1\r\n\r\n").await.expect("sent");
        let mut answer = [0; 12];
        soon("an answer", connection.read_exact(&mut answer)).await.expect("an answer");
        assert_eq!(&answer, b"HTTP/1.1 200");
        held.push(connection);
    }
    let mut refused = String::new();
    let mut fourth = TcpStream::connect(site.addr()).await.expect("a connection");
    soon("a refusal", fourth.read_to_string(&mut refused)).await.expect("text");
    assert!(refused.starts_with("HTTP/1.1 429 ") && refused.contains("too_many_connections"), "{refused}");
    drop(held);
    let answers = async { while site.anonymous().request(reqwest::Method::GET, "/healthz").send().await.is_err() {} };
    soon("a free connection", answers).await;
}
