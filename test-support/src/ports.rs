//! Ports to listen on, for programs that can't choose a free one or restart at the same one.

use crate::Result;
use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, time::sleep};

/// Below the ephemeral ports, so that no outgoing connection takes a port while its server restarts.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;
/// How many ports are tried if one is in use.
const ATTEMPTS: usize = 50;
/// How often [`wait_listening`] tries to connect.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Returns a random port of 127.0.0.1 that was free a moment ago.
///
/// # Errors
/// Fails if no port is free.
pub fn free_port() -> io::Result<u16> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..ATTEMPTS {
        let port = fastrand::u16(FIRST..FIRST + COUNT);
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(port),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Waits until a program listens on this port of 127.0.0.1.
///
/// # Errors
/// Fails if none listens within `limit`; the error contains `program`.
pub async fn wait_listening(port: u16, program: &str, limit: Duration) -> Result<()> {
    let began = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
        if began.elapsed() > limit {
            return Err(format!("{program} doesn't listen within {limit:?}").into());
        }
        sleep(POLL_INTERVAL).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_can_be_bound() {
        let port = free_port().expect("a port");
        assert!((FIRST..FIRST + COUNT).contains(&port), "{port}");
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("it is free");
    }
}
