//! A minimal HTTP/1.1 client that uses little CPU time beside the measured server.

use crate::site::Result;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Headers that a response may have.
const MAX_HEADERS: usize = 64;

/// A persistent connection with one request at a time.
#[derive(Debug)]
pub struct HttpConnection {
    socket: TcpStream,
    received: Vec<u8>,
}

/// How the end of a response is found.
#[derive(Clone, Copy)]
enum BodyEnd {
    /// At this byte.
    At(usize),
    /// After the last chunk; the next chunk to check begins at this byte.
    Chunked(usize),
}

impl HttpConnection {
    /// Connects to a port of this machine.
    ///
    /// # Errors
    /// Fails if no program listens there.
    pub async fn connect_to(port: u16) -> Result<Self> {
        let socket = TcpStream::connect(("127.0.0.1", port)).await?;
        socket.set_nodelay(true)?;
        Ok(Self { socket, received: Vec::with_capacity(64 << 10) })
    }

    /// Sends a request, reads the whole response, and returns its status.
    ///
    /// # Errors
    /// Fails if the connection is closed before, or the response is invalid.
    pub async fn send_request(&mut self, request: &[u8]) -> Result<u16> {
        self.received.clear();
        self.socket.write_all(request).await?;
        let mut head = None;
        loop {
            if self.socket.read_buf(&mut self.received).await? == 0 {
                return Err("the connection was closed before the response".into());
            }
            if head.is_none() {
                head = parse_head(&self.received)?;
            }
            match head {
                Some((status, BodyEnd::At(end))) if self.received.len() >= end => return Ok(status),
                Some((status, BodyEnd::Chunked(from))) => match find_last_chunk(&self.received, from)? {
                    Ok(()) => return Ok(status),
                    Err(reached) => head = Some((status, BodyEnd::Chunked(reached))),
                },
                _ => {}
            }
        }
    }

    /// Returns the last response, head and body as received.
    pub fn last_response(&self) -> &[u8] {
        &self.received
    }
}

/// Formats a GET request with additional headers.
pub fn get_request(path: &str, head: &[(&str, &str)]) -> String {
    let lines: String = head.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{lines}\r\n")
}

/// Formats a POST request with additional headers.
pub fn post_request(path: &str, head: &[(&str, &str)], body: &str) -> String {
    let lines: String = head.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{lines}content-length: {length}\r\n\r\n{body}")
}

/// Returns the status and the end of a response, once its head is complete.
fn parse_head(received: &[u8]) -> Result<Option<(u16, BodyEnd)>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(body) = response.parse(received)? else { return Ok(None) };
    let status = response.code.ok_or("a response without a status")?;
    let value = |name: &str| response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
    if status == 204 || status == 304 {
        return Ok(Some((status, BodyEnd::At(body))));
    }
    if let Some(length) = value("content-length") {
        return Ok(Some((status, BodyEnd::At(body + str::from_utf8(length.value)?.parse::<usize>()?))));
    }
    value("transfer-encoding").ok_or("a response without a length")?;
    Ok(Some((status, BodyEnd::Chunked(body))))
}

/// Returns `Ok` if the last chunk is complete, otherwise where the first incomplete chunk begins.
fn find_last_chunk(received: &[u8], mut from: usize) -> Result<std::result::Result<(), usize>> {
    loop {
        let rest = received.get(from..).unwrap_or_default();
        let httparse::Status::Complete((line, size)) =
            httparse::parse_chunk_size(rest).map_err(|_| "an invalid chunk size")?
        else {
            return Ok(Err(from));
        };
        // Each chunk ends with CRLF; the last one is empty.
        let end = from + line + usize::try_from(size)? + 2;
        if received.len() < end {
            return Ok(Err(from));
        }
        if size == 0 {
            return Ok(Ok(()));
        }
        from = end;
    }
}
