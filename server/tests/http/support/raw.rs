//! Raw requests, which an HTTP client library wouldn't send.

use super::{TestResponse, soon};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Sends these bytes unchanged, and reads until the server closes.
pub(crate) async fn raw(addr: SocketAddr, request: &[u8]) -> TestResponse {
    let mut connection = TcpStream::connect(addr).await.expect("a connection");
    // Fails if the server refuses the request before it has read all of it.
    let _ = connection.write_all(request).await;
    let mut bytes = Vec::new();
    let _ = soon("a raw answer", connection.read_to_end(&mut bytes)).await;
    parse(&bytes)
}

/// Sends a request without a body, with an unchanged target.
pub(crate) async fn raw_line(addr: SocketAddr, method: &str, target: &str) -> TestResponse {
    let request =
        format!("{method} {target} HTTP/1.1\r\nhost: {addr}\r\naccept: text/html\r\nconnection: close\r\n\r\n");
    raw(addr, request.as_bytes()).await
}

/// Parses a response. The body is left as received, perhaps in chunks.
fn parse(bytes: &[u8]) -> TestResponse {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(bytes)));
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let name: HeaderName = name.parse().expect("a name");
        headers.append(name, HeaderValue::from_str(value.trim()).expect("a value"));
    }
    TestResponse { status, headers, body: bytes[end + 4..].to_vec() }
}

/// A request whose last byte hasn't been sent.
pub(crate) struct UnfinishedRequest {
    connection: TcpStream,
    last: u8,
}

impl UnfinishedRequest {
    /// Sends all of these bytes but the last.
    pub(crate) async fn send(addr: SocketAddr, request: &[u8]) -> Self {
        let mut connection = TcpStream::connect(addr).await.expect("a connection");
        let (last, first) = request.split_last().expect("a request");
        connection.write_all(first).await.expect("sent");
        Self { connection, last: *last }
    }

    /// Sends the last byte, and reads until the server closes.
    pub(crate) async fn finish(mut self) -> TestResponse {
        // Fails if the server has already responded and closed.
        let _ = self.connection.write_all(&[self.last]).await;
        self.answer().await
    }

    /// Reads until the server closes.
    pub(crate) async fn answer(mut self) -> TestResponse {
        let mut bytes = Vec::new();
        let _ = soon("a raw answer", self.connection.read_to_end(&mut bytes)).await;
        parse(&bytes)
    }
}
