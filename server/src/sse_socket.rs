//! A stream's own way to its client. Once hyper has sent the head of the answer and the first frame, the socket is taken
//! out of it, and the hub writes frames to it directly: a stream that waits costs a socket and little more.
//!
//! The system's send buffer is the queue. What doesn't fit means a reader who is too slow; such a stream is cut, and
//! comes back by its cursor.

use axum::body::Body;
use bytes::Bytes;
use http::Version;
use services::{EventSink, Subscription, metrics};
use socket2::SockRef;
use std::{
    borrow::Cow,
    convert::Infallible,
    future::poll_fn,
    io,
    net::Shutdown,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};
use tokio::net::TcpStream;

/// What a client may be behind, in bytes; the system allows for as much again.
const SEND_BUFFER: usize = 256 * 1024;
/// The end of a body that is sent in chunks.
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// A stream that is to go on without hyper.
pub(crate) struct SseStream {
    subscription: Box<Subscription>,
    chunked: bool,
}

/// Where a connection finds the stream that one of its requests opened.
#[derive(Clone, Default)]
pub(crate) struct SocketHandoff(Arc<Mutex<Option<SseStream>>>);

impl SocketHandoff {
    /// A body that begins with the stream's first frame, and hands it over when that has been taken.
    pub(crate) fn into_body(self, mut subscription: Box<Subscription>, version: Version) -> Body {
        let mut first = Some(subscription.first_frame());
        let mut stream = Some(SseStream { subscription, chunked: version != Version::HTTP_10 });
        Body::from_stream(futures::stream::poll_fn(move |_| match first.take() {
            Some(frame) => Poll::Ready(Some(Ok::<Bytes, Infallible>(frame))),
            None => {
                if let Some(stream) = stream.take() {
                    *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(stream);
                }
                Poll::Pending
            }
        }))
    }

    /// The stream, once there is one.
    pub(crate) fn take_stream(&self) -> Option<SseStream> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The socket of a stream.
struct SseSocket {
    socket: TcpStream,
    chunked: bool,
}

impl SseStream {
    /// Goes on, on this socket, until either side ends it.
    pub(crate) async fn run(self, socket: TcpStream) {
        // What is set is what may be behind; where it can't be set, the system's own limit has to do.
        let _ = SockRef::from(&socket).set_send_buffer_size(SEND_BUFFER);
        let sink = Arc::new(SseSocket { socket, chunked: self.chunked });
        tokio::select! {
            () = self.subscription.run(sink.clone()) => {}
            () = sink.wait_for_disconnect() => {}
        }
    }
}

impl SseSocket {
    /// Comes when the client has gone. It has nothing more to say; what it says is thrown away.
    async fn wait_for_disconnect(&self) {
        // Asked in this way, the socket forgets the task that it belonged to before, which else stays in memory.
        while poll_fn(|context| self.socket.poll_read_ready(context)).await.is_ok() {
            match self.socket.try_read(&mut [0; 256]) {
                Ok(0) => return,
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return,
                _ => {}
            }
            // Whoever talks without end must not keep everybody else from having their turn.
            tokio::task::coop::consume_budget().await;
        }
    }

    fn shut_down_socket(&self) {
        // It may be closed already.
        let _ = SockRef::from(&self.socket).shutdown(Shutdown::Both);
    }

    /// A frame as it goes over the wire. To copy some hundred bytes costs less than to give them to the system in parts.
    fn encode_chunk<'a>(&self, frame: &'a [u8]) -> Cow<'a, [u8]> {
        if !self.chunked {
            return frame.into();
        }
        let size = format!("{:x}\r\n", frame.len());
        [size.as_bytes(), frame, b"\r\n"].concat().into()
    }
}

impl EventSink for SseSocket {
    fn try_write(&self, frame: &[u8]) -> bool {
        let chunk = self.encode_chunk(frame);
        // A part of a frame is of no use: nothing can follow it.
        let slow = match self.socket.try_write(&chunk) {
            Ok(sent) if sent == chunk.len() => return true,
            Ok(_) => true,
            Err(error) => error.kind() == io::ErrorKind::WouldBlock,
        };
        if slow {
            ::metrics::counter!(metrics::STREAMS_CUT).increment(1);
        }
        false
    }

    async fn write(&self, frame: &[u8]) -> bool {
        let chunk = self.encode_chunk(frame);
        let mut left = &chunk[..];
        while !left.is_empty() {
            match self.socket.try_write(left) {
                Ok(sent) => left = &left[sent..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.socket.writable().await.is_err() {
                        return false;
                    }
                }
                Err(_) => return false,
            }
        }
        true
    }

    fn close(&self) {
        if self.chunked {
            // Where it doesn't fit, the client sees that something is missing, and comes back.
            let _ = self.socket.try_write(LAST_CHUNK);
        }
        self.shut_down_socket();
    }

    fn abort(&self) {
        self.shut_down_socket();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_client_that_sends_without_end_yields_to_other_tasks() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
        let client = TcpStream::connect(listener.local_addr().expect("it")).await.expect("a connection");
        let (socket, _) = listener.accept().await.expect("a connection");
        client.writable().await.expect("a connection");
        while client.try_write(&[b'x'; 64 * 1_024]).is_ok() {}
        let sink = SseSocket { socket, chunked: true };
        sink.socket.readable().await.expect("a connection");
        {
            let mut gone = std::pin::pin!(sink.wait_for_disconnect());
            std::future::poll_fn(|context| Poll::Ready(gone.as_mut().poll(context).is_pending())).await;
        }
        assert_eq!(sink.socket.try_read(&mut [0]).ok(), Some(1), "all of it was read in one turn");
    }
}
