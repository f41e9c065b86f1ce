//! The servers that Greenroom is compared with.

pub(crate) mod baseline;
pub(crate) mod nchan;
pub(crate) mod next;
pub(crate) mod postgres;

use bench::site::Result;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// How long a server may take to start.
const START: Duration = Duration::from_secs(20);

/// Waits until a server listens on the port.
async fn wait_listening(port: u16, program: &str) -> Result<()> {
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        if began.elapsed() > START {
            return Err(format!("{program} doesn't start; is it installed? (bin/setup bench)").into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
