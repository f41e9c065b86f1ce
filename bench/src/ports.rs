//! Ports to listen on.

use uuid::Uuid;

/// Below what systems hand out to outgoing connections, so that a port stays free while whoever had it is down for a
/// moment.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// Some port, and another one each time. Whether it is free shows when it is listened on.
pub fn random_port() -> u16 {
    let [high, low, ..] = *Uuid::new_v4().as_bytes();
    FIRST + u16::from_be_bytes([high, low]) % COUNT
}
