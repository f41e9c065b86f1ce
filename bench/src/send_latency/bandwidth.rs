//! Measures the bytes on the wire.

use crate::scenario::{Person, Scenario};
use bench::{fault_proxy::BytesTransferred, html::asset_paths, site::Result};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Heartbeats during the measurement of an idle stream.
const HEARTBEATS: u32 = 4;
/// Slightly longer than these heartbeats take.
const HEARTBEATS_TIMEOUT: Duration = Duration::from_secs(100);

/// The bytes of loading a page.
pub(crate) struct PageLoad {
    /// Each asset with the bytes of its response, HTTP headers included.
    pub(crate) parts: Vec<(String, u64)>,
    /// The total.
    pub(crate) bytes: BytesTransferred,
}

/// Loads a thread page like a browser with an empty cache that accepts brotli.
pub(crate) async fn measure_page_load(scenario: &Scenario) -> Result<PageLoad> {
    let conversation = &scenario.conversations[0];
    let [person, _] = &conversation.people;
    let page = format!("/conversations/{}", conversation.id);
    // Fetched first without compression, to find its assets.
    let html = person.get(&page).send().await?.error_for_status()?.text().await?;
    let start = person.proxy.bytes_transferred();
    let mut parts = Vec::new();
    for path in std::iter::once(page.as_str()).chain(asset_paths(&html)) {
        let before = person.proxy.bytes_transferred().down;
        let response = person.get(path).header("accept-encoding", "br").send().await?.error_for_status()?;
        response.bytes().await?;
        let name = path.rsplit_once('.').map_or("HTML", |(_, ending)| ending);
        parts.push((format!("its {name}"), person.proxy.bytes_transferred().down - before));
    }
    let BytesTransferred { up, down } = person.proxy.bytes_transferred();
    Ok(PageLoad { parts, bytes: BytesTransferred { up: up - start.up, down: down - start.down } })
}

/// The bytes of an idle stream, measured for about a minute.
pub(crate) struct IdleStream {
    pub(crate) measured: Duration,
    pub(crate) bytes: u64,
}

impl IdleStream {
    pub(crate) fn bytes_per_hour(&self) -> f64 {
        self.bytes as f64 * 3_600.0 / self.measured.as_secs_f64()
    }
}

/// Measures a person's stream from one heartbeat to another.
pub(crate) async fn measure_idle_stream(person: &Person) -> Result<IdleStream> {
    timeout(HEARTBEATS_TIMEOUT, async {
        let mut response = person.get("/api/events").send().await?.error_for_status()?;
        let mut first = None;
        let mut heartbeats = 0;
        loop {
            let chunk = response.chunk().await?.ok_or("the stream has ended")?;
            if !chunk.starts_with(b"event: heartbeat") {
                continue;
            }
            let (start, before) = *first.get_or_insert((Instant::now(), person.proxy.bytes_transferred().down));
            if heartbeats == HEARTBEATS {
                return Ok(IdleStream {
                    measured: start.elapsed(),
                    bytes: person.proxy.bytes_transferred().down - before,
                });
            }
            heartbeats += 1;
        }
    })
    .await?
}
