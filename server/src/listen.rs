//! Accepts connections, serves them with hyper, and detaches those that became event streams.

use crate::{
    connections::{ConnectionGuard, Connections},
    head_deadline::HeadDeadline,
    problem, request_target,
    sse_socket::SocketHandoff,
};
use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
};
use tower::ServiceExt;

/// How long sent data may stay unacknowledged, or the peer's window full, before the kernel closes the connection. With
/// the kernel's default, a client that vanished without a FIN holds its connection for a quarter of an hour.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(30);
/// Keep-alive of an idle connection: longer than that of gateways, so that the gateway closes first.
const IDLE_TIMEOUT: Duration = Duration::from_secs(120);
/// Size of the read buffer, and so of the largest request head, in bytes; hyper answers a larger one with 431.
const MAX_HEAD_BYTES: usize = 64 * 1_024;
/// Length of the kernel's accept queue; `net.core.somaxconn` may lower it.
const BACKLOG: u32 = 4_096;
/// Delay after a failed `accept`, for example when the process has no file descriptor left.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// Binds an address. Many clients may connect at once, as after a network outage; they wait in the accept queue.
pub(crate) fn bind_listener(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Allows a restart while old connections to the port are in TIME_WAIT.
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

/// Serves until `shutdown` completes; then accepts no more, and returns once all requests and streams have ended.
pub(crate) async fn serve_connections(
    listener: TcpListener,
    router: Router,
    connections: Arc<Connections>,
    shutdown: impl Future<Output = ()>,
) {
    let (stop, stopping) = watch::channel(false);
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            (slot, taken) = async { (connections.acquire_slot().await, listener.accept().await) } => match taken {
                Ok((socket, peer)) => match connections.admit(peer.ip(), slot) {
                    Some(guard) => {
                        drop(tokio::spawn(serve_connection((socket, guard), peer, router.clone(), stopping.clone())));
                    }
                    None => refuse_connection(&socket),
                },
                Err(error) => {
                    tracing::warn!(%error, "can't accept a connection");
                    tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
                }
            }
        }
    }
    drop((listener, stopping));
    stop.send_replace(true);
    // Each connection holds a receiver until it ends.
    stop.closed().await;
}

async fn serve_connection(
    (socket, guard): (TcpStream, ConnectionGuard),
    peer: SocketAddr,
    router: Router,
    mut stopping: watch::Receiver<bool>,
) {
    set_socket_options(&socket);
    let handoff = SocketHandoff::default();
    let head = HeadDeadline::new();
    let service = service_fn(|request: http::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request_target::normalize_target(&mut request);
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(handoff.clone());
        let request_guard = head.begin_request();
        let answered = router.clone().oneshot(request);
        Box::pin(async move { answered.await.map(|response| response.map(|body| request_guard.guard_body(body))) })
    });
    let full = Arc::new(AtomicBool::new(false));
    let io = TokioIo::new(MonitoredSocket { socket, full: full.clone(), head: head.clone() });
    let mut served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(io, service);
    let mut late = Box::pin(tokio::time::sleep(IDLE_TIMEOUT));
    let mut stream = None;
    let mut stop = Box::pin(async {
        // Can't fail: `serve_connections` keeps the sender until all receivers are dropped.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    });
    let mut shutdown_started = false;
    let detach = std::future::poll_fn(|context| {
        if !shutdown_started && stop.as_mut().poll(context).is_ready() {
            shutdown_started = true;
            Pin::new(&mut served).graceful_shutdown();
        }
        if let Poll::Ready(ended) = served.poll_without_shutdown(context) {
            return Poll::Ready(ended.is_ok());
        }
        if let Some(until) = head.deadline() {
            if late.deadline() != until {
                late.as_mut().reset(until);
            }
            if late.as_mut().poll(context).is_ready() {
                return Poll::Ready(false);
            }
        }
        stream = stream.take().or_else(|| handoff.take_stream());
        // Detaches the socket only after hyper has flushed its buffer.
        if stream.is_some() && !full.load(Ordering::Relaxed) { Poll::Ready(true) } else { Poll::Pending }
    })
    .await;
    drop((stop, late));
    let socket = served.into_parts().io.into_inner().socket;
    match stream {
        // A new task, because this task's future has the size of a whole request's state.
        Some(stream) if detach => drop(tokio::spawn(async move {
            stream.run(socket).await;
            drop((stopping, guard));
        })),
        _ => close_socket(socket).await,
    }
}

/// Answers that the client's network has too many connections, if the response fits into the send buffer.
fn refuse_connection(socket: &TcpStream) {
    // If it doesn't fit, the client only sees the connection close.
    let _ = socket.try_write(problem::too_many_connections().as_bytes());
}

/// Flushes the socket and sends a FIN, so that the last response arrives before the connection is closed.
async fn close_socket(mut socket: TcpStream) {
    // Fails if the client has already disconnected.
    let _ = tokio::io::AsyncWriteExt::shutdown(&mut socket).await;
}

/// A socket that records whether its last write was incomplete, and when a request head begins.
struct MonitoredSocket {
    socket: TcpStream,
    full: Arc<AtomicBool>,
    head: HeadDeadline,
}

impl MonitoredSocket {
    fn record_write(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.full.store(written.is_pending(), Ordering::Relaxed);
        written
    }
}

impl AsyncRead for MonitoredSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.head.record_read();
        }
        read
    }
}

impl AsyncWrite for MonitoredSocket {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.record_write(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(context, slices);
        self.record_write(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.socket).poll_shutdown(context))?;
        Poll::Ready(Ok(()))
    }
}

/// Disables Nagle's algorithm, which would delay small frames, and sets the timeout that detects a dead peer.
fn set_socket_options(socket: &TcpStream) {
    let socket = SockRef::from(socket);
    let tuned = socket.set_tcp_nodelay(true).and_then(|()| set_user_timeout(&socket));
    if let Err(error) = tuned {
        tracing::debug!(%error, "can't set socket options");
    }
}

#[cfg(target_os = "linux")]
fn set_user_timeout(socket: &SockRef<'_>) -> io::Result<()> {
    socket.set_tcp_user_timeout(Some(TCP_USER_TIMEOUT))
}

#[cfg(not(target_os = "linux"))]
fn set_user_timeout(socket: &SockRef<'_>) -> io::Result<()> {
    socket.set_tcp_keepalive(&socket2::TcpKeepalive::new().with_time(TCP_USER_TIMEOUT))
}
