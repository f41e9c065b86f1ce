//! HTTP/1.1 with as little work as can be, so that whoever asks takes little from what is measured.

use crate::site::Result;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Headers that an answer may have.
const HEADERS: usize = 64;

/// A connection that is kept: one question, one answer, and again.
#[derive(Debug)]
pub struct Wire {
    socket: TcpStream,
    heard: Vec<u8>,
}

/// How an answer's end is known.
#[derive(Clone, Copy)]
enum End {
    /// After so many bytes.
    At(usize),
    /// After its last chunk, chunks beginning at this byte.
    Chunks(usize),
}

impl Wire {
    /// Connects to a port of this machine.
    ///
    /// # Errors
    /// When nobody listens there.
    pub async fn to(port: u16) -> Result<Self> {
        let socket = TcpStream::connect(("127.0.0.1", port)).await?;
        socket.set_nodelay(true)?;
        Ok(Self { socket, heard: Vec::with_capacity(64 << 10) })
    }

    /// Asks, waits for all of the answer, and gives its status.
    ///
    /// # Errors
    /// When the connection ends first, or the answer makes no sense.
    pub async fn ask(&mut self, question: &[u8]) -> Result<u16> {
        self.heard.clear();
        self.socket.write_all(question).await?;
        let mut head = None;
        loop {
            if self.socket.read_buf(&mut self.heard).await? == 0 {
                return Err("the connection has ended before the answer".into());
            }
            if head.is_none() {
                head = read_head(&self.heard)?;
            }
            match head {
                Some((status, End::At(end))) if self.heard.len() >= end => return Ok(status),
                Some((status, End::Chunks(from))) => match last_chunk(&self.heard, from)? {
                    Ok(()) => return Ok(status),
                    Err(reached) => head = Some((status, End::Chunks(reached))),
                },
                _ => {}
            }
        }
    }

    /// The last answer, as it came.
    pub fn heard(&self) -> &[u8] {
        &self.heard
    }
}

/// A question without a body, for a path, with further lines of the head.
pub fn get(path: &str, head: &[(&str, &str)]) -> String {
    let lines: String = head.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{lines}\r\n")
}

/// A question with a body.
pub fn post(path: &str, head: &[(&str, &str)], body: &str) -> String {
    let lines: String = head.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{lines}content-length: {length}\r\n\r\n{body}")
}

/// The status and the end of an answer, once its head is there.
fn read_head(heard: &[u8]) -> Result<Option<(u16, End)>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut answer = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(body) = answer.parse(heard)? else { return Ok(None) };
    let status = answer.code.ok_or("an answer without a status")?;
    let value = |name: &str| answer.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
    if status == 204 || status == 304 {
        return Ok(Some((status, End::At(body))));
    }
    if let Some(length) = value("content-length") {
        return Ok(Some((status, End::At(body + str::from_utf8(length.value)?.parse::<usize>()?))));
    }
    value("transfer-encoding").ok_or("an answer without an end")?;
    Ok(Some((status, End::Chunks(body))))
}

/// Whether the last chunk is there; else where the first one begins that isn't.
fn last_chunk(heard: &[u8], mut from: usize) -> Result<std::result::Result<(), usize>> {
    loop {
        let rest = heard.get(from..).unwrap_or_default();
        let httparse::Status::Complete((line, size)) =
            httparse::parse_chunk_size(rest).map_err(|_| "a chunk without a size")?
        else {
            return Ok(Err(from));
        };
        // Each ends with a line of its own; the last is empty.
        let end = from + line + usize::try_from(size)? + 2;
        if heard.len() < end {
            return Ok(Err(from));
        }
        if size == 0 {
            return Ok(Ok(()));
        }
        from = end;
    }
}
