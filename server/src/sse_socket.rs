//! Sockets of event streams. Once hyper has sent the response head and the first frame, the socket is detached from it
//! and the hub writes frames to it directly, so that an idle stream costs a socket and little more.
//!
//! The kernel's send buffer is the queue. A frame that doesn't fit means a slow consumer: its stream is disconnected,
//! and the client resumes from its cursor.

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

/// Bytes that may wait for a slow client. Linux doubles the value for its own bookkeeping.
const SEND_BUFFER: usize = 256 * 1024;
/// The chunk that ends a body with chunked transfer encoding.
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// An event stream that is to be detached from hyper.
pub(crate) struct SseStream {
    subscription: Box<Subscription>,
    chunked: bool,
}

/// Carries a stream from the handler that opened it to the task that serves its connection. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct SocketHandoff(Arc<Mutex<Option<SseStream>>>);

impl SocketHandoff {
    /// Returns a body of the stream's first frame; hands the stream over once hyper has polled past that frame.
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

    /// Takes the stream, if one was handed over.
    pub(crate) fn take_stream(&self) -> Option<SseStream> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The [`EventSink`] of a detached socket.
struct SseSocket {
    socket: TcpStream,
    chunked: bool,
}

impl SseStream {
    /// Sends events on this socket until either side closes it.
    pub(crate) async fn run(self, socket: TcpStream) {
        // A fixed size also bounds the backlog. If it can't be set, the system's default applies.
        let _ = SockRef::from(&socket).set_send_buffer_size(SEND_BUFFER);
        let sink = Arc::new(SseSocket { socket, chunked: self.chunked });
        tokio::select! {
            () = self.subscription.run(sink.clone()) => {}
            () = sink.wait_for_disconnect() => {}
        }
    }
}

impl SseSocket {
    /// Returns when the client has disconnected. Discards what the client sends: nothing may follow the request.
    async fn wait_for_disconnect(&self) {
        // `poll_read_ready` replaces the waker of hyper's task. The old waker would keep that task in memory.
        while poll_fn(|context| self.socket.poll_read_ready(context)).await.is_ok() {
            match self.socket.try_read(&mut [0; 256]) {
                Ok(0) => return,
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return,
                _ => {}
            }
            // A client that sends without end must not starve other tasks.
            tokio::task::coop::consume_budget().await;
        }
    }

    fn shut_down_socket(&self) {
        // Fails if the socket is already closed.
        let _ = SockRef::from(&self.socket).shutdown(Shutdown::Both);
    }

    /// Encodes a frame for the wire. Copying some hundred bytes costs less than a vectored write of the parts.
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
        // After a partial write the stream can't go on: the next frame would follow half of this one.
        let slow = match self.socket.try_write(&chunk) {
            Ok(sent) if sent == chunk.len() => return true,
            Ok(_) => true,
            Err(error) => error.kind() == io::ErrorKind::WouldBlock,
        };
        if slow {
            ::metrics::counter!(metrics::SLOW_CONSUMERS_DISCONNECTED).increment(1);
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
            // If the chunk doesn't fit, the client sees a truncated body and reconnects.
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
        assert_eq!(sink.socket.try_read(&mut [0]).ok(), Some(1), "all input was read in one poll");
    }
}
