//! Tests each fault of the proxy between real sockets.

use bench::fault_proxy::{BytesTransferred, FaultProxy, LinkConditions};
use std::{
    io::{ErrorKind, Result},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
};

/// More than all buffers on the way hold: writing this much succeeds only if the data is read.
const MORE_THAN_BUFFERED: usize = 32 << 20;

/// Starts a proxy; returns it with its upstream listener.
async fn start_proxy() -> (FaultProxy, TcpListener) {
    let upstream = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let proxy = FaultProxy::to_port(upstream.local_addr().expect("bound").port()).await.expect("a proxy");
    (proxy, upstream)
}

/// Starts a proxy to an echo server.
async fn proxy_with_echo() -> FaultProxy {
    let (proxy, upstream) = start_proxy().await;
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = upstream.accept().await {
            tokio::spawn(async move {
                let (mut reader, mut writer) = socket.split();
                copy(&mut reader, &mut writer).await
            });
        }
    });
    proxy
}

async fn connect_client(proxy: &FaultProxy) -> TcpStream {
    TcpStream::connect(proxy.local_addr()).await.expect("a connection")
}

/// Returns both ends of a new connection that has transferred a byte, so that the proxy has accepted it too.
async fn connect_both_ends(proxy: &FaultProxy, upstream: &TcpListener) -> (TcpStream, TcpStream) {
    let mut client = connect_client(proxy).await;
    let mut server = upstream.accept().await.expect("the other end").0;
    client.write_all(b".").await.expect("written");
    read_exactly(&mut server, 1).await.expect("received");
    (client, server)
}

async fn read_exactly(socket: &mut TcpStream, count: usize) -> Result<Vec<u8>> {
    let mut received = vec![0; count];
    socket.read_exact(&mut received).await?;
    Ok(received)
}

async fn echo(socket: &mut TcpStream, text: &[u8]) -> Result<Vec<u8>> {
    socket.write_all(text).await?;
    read_exactly(socket, text.len()).await
}

/// Asserts that the connection is reset, without data before.
async fn assert_reset(socket: &mut TcpStream) {
    let mut received = Vec::new();
    let end = socket.read_to_end(&mut received).await;
    assert_eq!(end.expect_err("a reset").kind(), ErrorKind::ConnectionReset);
    assert!(received.is_empty(), "{} bytes came before", received.len());
}

#[tokio::test]
async fn data_and_end_of_stream_are_forwarded() {
    let (proxy, upstream) = start_proxy().await;
    let (mut client, mut upstream) = connect_both_ends(&proxy, &upstream).await;
    client.write_all(b"Habari").await.expect("written");
    client.shutdown().await.expect("ended");
    let mut received = String::new();
    upstream.read_to_string(&mut received).await.expect("the end");
    assert_eq!(received, "Habari");
    // One side has closed its direction; the other may still send.
    upstream.write_all(b"Nzuri").await.expect("written");
    drop(upstream);
    received.clear();
    client.read_to_string(&mut received).await.expect("the end");
    assert_eq!(received, "Nzuri");
    assert_eq!(proxy.bytes_transferred(), BytesTransferred { up: 7, down: 5 });
}

#[tokio::test]
async fn a_reset_is_forwarded() {
    let (proxy, upstream) = start_proxy().await;
    let (mut client, upstream) = connect_both_ends(&proxy, &upstream).await;
    upstream.set_zero_linger().expect("set");
    drop(upstream);
    assert_reset(&mut client).await;
}

#[tokio::test]
async fn cut_connections_resets_open_connections_only() {
    let (proxy, upstream) = start_proxy().await;
    let (mut client, mut server) = connect_both_ends(&proxy, &upstream).await;
    proxy.cut_connections();
    assert_reset(&mut client).await;
    assert_reset(&mut server).await;
    let (mut client, mut server) = connect_both_ends(&proxy, &upstream).await;
    client.write_all(b"Again").await.expect("written");
    assert_eq!(read_exactly(&mut server, 5).await.expect("received"), b"Again");
}

#[tokio::test]
async fn refused_clients_reconnect_at_the_same_address_after_restore() {
    let proxy = proxy_with_echo().await;
    let mut before = connect_client(&proxy).await;
    echo(&mut before, b"Habari").await.expect("an echo");
    proxy.refuse_connections().await;
    assert_reset(&mut before).await;
    let refused = TcpStream::connect(proxy.local_addr()).await.expect_err("refused");
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    proxy.restore().await.expect("restored");
    assert_eq!(echo(&mut connect_client(&proxy).await, b"Habari").await.expect("an echo"), b"Habari");
}

#[tokio::test]
async fn a_frozen_proxy_discards_everything_until_restored() {
    let (proxy, upstream) = start_proxy().await;
    let (mut client, mut server) = connect_both_ends(&proxy, &upstream).await;
    proxy.freeze_traffic();
    client.write_all(&vec![1; MORE_THAN_BUFFERED]).await.expect("discarded");
    server.write_all(&vec![1; MORE_THAN_BUFFERED]).await.expect("discarded");
    // A new connection is accepted, and its data is discarded too.
    let mut late = connect_client(&proxy).await;
    late.write_all(&vec![1; MORE_THAN_BUFFERED]).await.expect("discarded");
    proxy.restore().await.expect("restored");
    assert_reset(&mut client).await;
    assert_reset(&mut server).await;
    assert_reset(&mut late).await;
    assert_eq!(proxy.bytes_transferred(), BytesTransferred { up: 1, down: 0 });
}

#[tokio::test]
async fn a_frozen_proxy_forwards_no_reset() {
    let (proxy, upstream) = start_proxy().await;
    let (mut client, mut server) = connect_both_ends(&proxy, &upstream).await;
    proxy.freeze_traffic();
    server.write_all(&vec![1; MORE_THAN_BUFFERED]).await.expect("discarded");
    server.set_zero_linger().expect("set");
    drop(server);
    client.write_all(b"Still there?").await.expect("discarded");
    let read = tokio::time::timeout(Duration::from_millis(100), client.read(&mut [0; 1])).await;
    read.expect_err("nothing is received");
    proxy.restore().await.expect("restored");
    assert_reset(&mut client).await;
}

#[tokio::test]
async fn stranded_connections_stay_silent_while_new_ones_work() {
    let proxy = proxy_with_echo().await;
    let mut before = connect_client(&proxy).await;
    echo(&mut before, b"Habari").await.expect("an echo");
    proxy.freeze_traffic();
    proxy.strand_connections();
    before.write_all(b"Still there?").await.expect("discarded");
    assert_eq!(echo(&mut connect_client(&proxy).await, b"Habari").await.expect("an echo"), b"Habari");
    proxy.restore().await.expect("restored");
    let read = tokio::time::timeout(Duration::from_millis(100), before.read(&mut [0; 1])).await;
    read.expect_err("nothing is received");
}

#[tokio::test]
async fn delayed_data_arrives_late_and_in_order() {
    let delay = Duration::from_millis(60);
    let proxy = proxy_with_echo().await;
    let mut client = connect_client(&proxy).await;
    echo(&mut client, b"Habari").await.expect("an echo");
    proxy.set_conditions(LinkConditions { delay, rate: 0 });
    let began = Instant::now();
    let counted: Vec<u8> = (0..20_000_u32).flat_map(u32::to_be_bytes).collect();
    assert!(echo(&mut client, &counted).await.expect("an echo") == counted, "out of order");
    assert!(began.elapsed() >= 2 * delay, "{:?}", began.elapsed());
    let began = Instant::now();
    echo(&mut connect_client(&proxy).await, b"Habari").await.expect("an echo");
    assert!(began.elapsed() >= 4 * delay, "a new connection begins with a round trip: {:?}", began.elapsed());
    proxy.restore().await.expect("restored");
}

#[tokio::test]
async fn connections_share_the_rate_limit() {
    let proxy = proxy_with_echo().await;
    let (mut one, mut two) = (connect_client(&proxy).await, connect_client(&proxy).await);
    proxy.set_conditions(LinkConditions { delay: Duration::ZERO, rate: 200_000 });
    let text = vec![7; 50_000];
    let began = Instant::now();
    let (one, two) = tokio::join!(echo(&mut one, &text), echo(&mut two, &text));
    assert!(one.is_ok() && two.is_ok());
    // Half a second, less the limiter's catch-up and the segments in flight.
    assert!(began.elapsed() >= Duration::from_millis(480), "{:?}", began.elapsed());
}

#[tokio::test]
async fn the_proxy_answers_bad_gateway() {
    let proxy = proxy_with_echo().await;
    let mut before = connect_client(&proxy).await;
    echo(&mut before, b"Habari").await.expect("an echo");
    proxy.answer_bad_gateway();
    assert_reset(&mut before).await;
    let mut client = connect_client(&proxy).await;
    client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("written");
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
    proxy.restore().await.expect("restored");
    assert_eq!(echo(&mut connect_client(&proxy).await, b"Habari").await.expect("an echo"), b"Habari");
}

/// Returns which of 40 requests were answered, and how many arrived.
async fn count_answers(proxy: &FaultProxy, seed: u64) -> (Vec<bool>, u64) {
    proxy.drop_requests(0.5, seed);
    let (mut answered, before) = (Vec::new(), proxy.bytes_transferred().up);
    for _ in 0..40 {
        answered.push(echo(&mut connect_client(proxy).await, b"?").await.is_ok());
    }
    (answered, proxy.bytes_transferred().up - before)
}

#[tokio::test]
async fn drop_requests_breaks_requests_and_responses_and_repeats_with_the_seed() {
    let proxy = proxy_with_echo().await;
    let (answered, arrived) = count_answers(&proxy, 7).await;
    let count = answered.iter().filter(|answered| **answered).count() as u64;
    assert!((5..35).contains(&count), "{count} of 40 were answered");
    assert!(count < arrived && arrived < 40, "{arrived} of 40 arrived, {count} were answered");
    assert_eq!(count_answers(&proxy, 7).await, (answered.clone(), arrived));
    assert_ne!(count_answers(&proxy, 8).await.0, answered);
}
