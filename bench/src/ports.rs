//! Ports to listen on.

/// Below the ephemeral ports, so that no outgoing connection takes a port while its server restarts.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// Returns a random port. It may be in use; binding it shows that.
pub fn random_port() -> u16 {
    fastrand::u16(FIRST..FIRST + COUNT)
}
