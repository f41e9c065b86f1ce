//! Ports to listen on.

use uuid::Uuid;

/// Below the ephemeral ports, so that no outgoing connection takes a port while its server restarts.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// Returns a random port. It may be in use; binding it shows that.
pub fn random_port() -> u16 {
    let [high, low, ..] = *Uuid::new_v4().as_bytes();
    FIRST + u16::from_be_bytes([high, low]) % COUNT
}
