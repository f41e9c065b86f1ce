//! The servers that Greenroom is compared with.

pub(crate) mod baseline;
pub(crate) mod nchan;
pub(crate) mod next;
pub(crate) mod postgres;

use bench::site::Result;
use std::time::Duration;
use test_support::ports;

/// How long a server may take to start.
const START: Duration = Duration::from_secs(20);

/// Waits until a server listens on the port.
async fn wait_listening(port: u16, program: &str) -> Result<()> {
    let listening = ports::wait_listening(port, program, START).await;
    Ok(listening.map_err(|error| format!("{error}; is it installed? (bin/setup bench)"))?)
}
