//! Ports to listen on, for programs that can't choose a free one or restart at the same one.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
};
use uuid::Uuid;

/// Below the ephemeral ports, so that no outgoing connection takes a port while its server restarts.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;
/// How many ports are tried if one is in use.
const ATTEMPTS: usize = 50;

/// Returns a random port of 127.0.0.1 that was free a moment ago.
///
/// # Errors
/// Fails if no port is free.
pub fn free_port() -> io::Result<u16> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..ATTEMPTS {
        let port = random_port();
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(port),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn random_port() -> u16 {
    let [high, low, ..] = *Uuid::new_v4().as_bytes();
    FIRST + u16::from_be_bytes([high, low]) % COUNT
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
