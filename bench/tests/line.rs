//! A line, with each thing that can be wrong with it, between real sockets.

use bench::line::{Carried, Line, Pace};
use std::{
    io::{ErrorKind, Result},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
};

/// More than all buffers on the way hold: whoever wrote that much was read from.
const MUCH: usize = 32 << 20;

/// A line, and the far end of it.
async fn line() -> (Line, TcpListener) {
    let far = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let line = Line::to(far.local_addr().expect("bound").port()).await.expect("a line");
    (line, far)
}

/// A line to somebody who says again whatever they hear.
async fn line_with_echo() -> Line {
    let (line, far) = line().await;
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = far.accept().await {
            tokio::spawn(async move {
                let (mut heard, mut said) = socket.split();
                copy(&mut heard, &mut said).await
            });
        }
    });
    line
}

async fn connect(line: &Line) -> TcpStream {
    TcpStream::connect(line.address()).await.expect("a connection")
}

/// Both ends of a new connection that has carried a byte: it is there for the line, too.
async fn both_ends(line: &Line, far: &TcpListener) -> (TcpStream, TcpStream) {
    let mut near = connect(line).await;
    let mut other = far.accept().await.expect("the other end").0;
    near.write_all(b".").await.expect("written");
    hear(&mut other, 1).await.expect("heard");
    (near, other)
}

async fn hear(socket: &mut TcpStream, count: usize) -> Result<Vec<u8>> {
    let mut heard = vec![0; count];
    socket.read_exact(&mut heard).await?;
    Ok(heard)
}

async fn echoed(socket: &mut TcpStream, text: &[u8]) -> Result<Vec<u8>> {
    socket.write_all(text).await?;
    hear(socket, text.len()).await
}

/// Reads to the end, which has to be a reset, and nothing before it.
async fn assert_reset(socket: &mut TcpStream) {
    let mut heard = Vec::new();
    let end = socket.read_to_end(&mut heard).await;
    assert_eq!(end.expect_err("a reset").kind(), ErrorKind::ConnectionReset);
    assert!(heard.is_empty(), "{} bytes came before", heard.len());
}

#[tokio::test]
async fn everything_gets_through_and_so_does_the_end() {
    let (line, far) = line().await;
    let (mut near, mut far) = both_ends(&line, &far).await;
    near.write_all(b"Habari").await.expect("written");
    near.shutdown().await.expect("ended");
    let mut heard = String::new();
    far.read_to_string(&mut heard).await.expect("the end");
    assert_eq!(heard, "Habari");
    // One side has ended; the other may still speak.
    far.write_all(b"Nzuri").await.expect("written");
    drop(far);
    heard.clear();
    near.read_to_string(&mut heard).await.expect("the end");
    assert_eq!(heard, "Nzuri");
    assert_eq!(line.carried(), Carried { up: 7, down: 5 });
}

#[tokio::test]
async fn a_reset_is_passed_on() {
    let (line, far) = line().await;
    let (mut near, far) = both_ends(&line, &far).await;
    far.set_zero_linger().expect("set");
    drop(far);
    assert_reset(&mut near).await;
}

#[tokio::test]
async fn a_cut_breaks_what_there_is_and_nothing_after() {
    let (line, far) = line().await;
    let (mut near, mut other) = both_ends(&line, &far).await;
    line.cut();
    assert_reset(&mut near).await;
    assert_reset(&mut other).await;
    let (mut near, mut other) = both_ends(&line, &far).await;
    near.write_all(b"Again").await.expect("written");
    assert_eq!(hear(&mut other, 5).await.expect("heard"), b"Again");
}

#[tokio::test]
async fn what_is_refused_finds_the_same_address_when_restored() {
    let line = line_with_echo().await;
    let mut before = connect(&line).await;
    echoed(&mut before, b"Habari").await.expect("an echo");
    line.refuse().await;
    assert_reset(&mut before).await;
    let refused = TcpStream::connect(line.address()).await.expect_err("nobody");
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    line.restore().await.expect("restored");
    assert_eq!(echoed(&mut connect(&line).await, b"Habari").await.expect("an echo"), b"Habari");
}

#[tokio::test]
async fn a_frozen_line_swallows_everything_until_it_is_restored() {
    let (line, far) = line().await;
    let (mut near, mut other) = both_ends(&line, &far).await;
    line.freeze();
    near.write_all(&vec![1; MUCH]).await.expect("swallowed");
    other.write_all(&vec![1; MUCH]).await.expect("swallowed");
    // Who comes now is let in, and hears nothing either.
    let mut late = connect(&line).await;
    late.write_all(&vec![1; MUCH]).await.expect("swallowed");
    line.restore().await.expect("restored");
    assert_reset(&mut near).await;
    assert_reset(&mut other).await;
    assert_reset(&mut late).await;
    assert_eq!(line.carried(), Carried { up: 1, down: 0 });
}

#[tokio::test]
async fn a_frozen_line_tells_of_no_end() {
    let (line, far) = line().await;
    let (mut near, mut other) = both_ends(&line, &far).await;
    line.freeze();
    other.write_all(&vec![1; MUCH]).await.expect("swallowed");
    other.set_zero_linger().expect("set");
    drop(other);
    near.write_all(b"Still there?").await.expect("nobody says otherwise");
    let silence = tokio::time::timeout(Duration::from_millis(100), near.read(&mut [0; 1])).await;
    silence.expect_err("nothing is heard");
    line.restore().await.expect("restored");
    assert_reset(&mut near).await;
}

#[tokio::test]
async fn stranded_connections_stay_silent_while_new_ones_get_through() {
    let line = line_with_echo().await;
    let mut before = connect(&line).await;
    echoed(&mut before, b"Habari").await.expect("an echo");
    line.freeze();
    line.strand();
    before.write_all(b"Still there?").await.expect("swallowed");
    assert_eq!(echoed(&mut connect(&line).await, b"Habari").await.expect("an echo"), b"Habari");
    line.restore().await.expect("restored");
    let silence = tokio::time::timeout(Duration::from_millis(100), before.read(&mut [0; 1])).await;
    silence.expect_err("nothing is heard");
}

#[tokio::test]
async fn what_is_delayed_takes_its_time_and_keeps_its_order() {
    let delay = Duration::from_millis(60);
    let line = line_with_echo().await;
    let mut near = connect(&line).await;
    echoed(&mut near, b"Habari").await.expect("an echo");
    line.slow(Pace { delay, rate: 0 });
    let began = Instant::now();
    let counted: Vec<u8> = (0..20_000_u32).flat_map(u32::to_be_bytes).collect();
    assert!(echoed(&mut near, &counted).await.expect("an echo") == counted, "out of order");
    assert!(began.elapsed() >= 2 * delay, "{:?}", began.elapsed());
    let began = Instant::now();
    echoed(&mut connect(&line).await, b"Habari").await.expect("an echo");
    assert!(began.elapsed() >= 4 * delay, "a new connection begins with a round trip: {:?}", began.elapsed());
    line.restore().await.expect("restored");
}

#[tokio::test]
async fn a_slow_line_is_shared() {
    let line = line_with_echo().await;
    let (mut one, mut two) = (connect(&line).await, connect(&line).await);
    line.slow(Pace { delay: Duration::ZERO, rate: 200_000 });
    let text = vec![7; 50_000];
    let began = Instant::now();
    let (one, two) = tokio::join!(echoed(&mut one, &text), echoed(&mut two, &text));
    assert!(one.is_ok() && two.is_ok());
    // Half a second; the slack of a few milliseconds, and what is under way, don't count.
    assert!(began.elapsed() >= Duration::from_millis(480), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_line_that_stands_alone_answers_for_the_site() {
    let line = line_with_echo().await;
    let mut before = connect(&line).await;
    echoed(&mut before, b"Habari").await.expect("an echo");
    line.stand_alone();
    assert_reset(&mut before).await;
    let mut near = connect(&line).await;
    near.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("written");
    let mut answer = String::new();
    near.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
    line.restore().await.expect("restored");
    assert_eq!(echoed(&mut connect(&line).await, b"Habari").await.expect("an echo"), b"Habari");
}

/// Which of so many requests had an answer, and what arrived of all.
async fn try_luck(line: &Line, seed: u64) -> (Vec<bool>, u64) {
    line.gamble(0.5, seed);
    let (mut answered, before) = (Vec::new(), line.carried().up);
    for _ in 0..40 {
        answered.push(echoed(&mut connect(line).await, b"?").await.is_ok());
    }
    (answered, line.carried().up - before)
}

#[tokio::test]
async fn chance_breaks_requests_before_and_after_they_arrive_and_the_same_ones_for_a_seed() {
    let line = line_with_echo().await;
    let (answered, arrived) = try_luck(&line, 7).await;
    let count = answered.iter().filter(|answered| **answered).count() as u64;
    assert!((5..35).contains(&count), "{count} of 40 were answered");
    assert!(count < arrived && arrived < 40, "{arrived} of 40 arrived, {count} were answered");
    assert_eq!(try_luck(&line, 7).await, (answered.clone(), arrived));
    assert_ne!(try_luck(&line, 8).await.0, answered);
}
