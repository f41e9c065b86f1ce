//! How much goes over the line.

use crate::scenario::{Person, Scenario};
use bench::{fault_proxy::BytesTransferred, html::asset_paths, site::Result};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Heartbeats between which an idle stream is measured.
const HEARTBEATS: u32 = 4;
/// Somewhat more than so many heartbeats take.
const HEARTBEATS_TIMEOUT: Duration = Duration::from_secs(100);

/// What opening a page took.
pub(crate) struct PageLoad {
    /// Each thing that was asked for, and how many bytes came for it, with what HTTP says about it.
    pub(crate) parts: Vec<(String, u64)>,
    /// All of it.
    pub(crate) bytes: BytesTransferred,
}

/// Opens a thread as a browser does that was never here and understands brotli.
pub(crate) async fn measure_page_load(scenario: &Scenario) -> Result<PageLoad> {
    let conversation = &scenario.conversations[0];
    let [person, _] = &conversation.people;
    let page = format!("/conversations/{}", conversation.id);
    // Once as it is, to see what it names.
    let html = person.get(&page).send().await?.error_for_status()?.text().await?;
    let began = person.proxy.bytes_transferred();
    let mut parts = Vec::new();
    for path in std::iter::once(page.as_str()).chain(asset_paths(&html)) {
        let before = person.proxy.bytes_transferred().down;
        let answer = person.get(path).header("accept-encoding", "br").send().await?.error_for_status()?;
        answer.bytes().await?;
        let name = path.rsplit_once('.').map_or("HTML", |(_, ending)| ending);
        parts.push((format!("its {name}"), person.proxy.bytes_transferred().down - before));
    }
    let BytesTransferred { up, down } = person.proxy.bytes_transferred();
    Ok(PageLoad { parts, bytes: BytesTransferred { up: up - began.up, down: down - began.down } })
}

/// What an hour of a stream takes on which nothing happens: a minute of it, scaled.
pub(crate) struct IdleStream {
    pub(crate) measured: Duration,
    pub(crate) bytes: u64,
}

impl IdleStream {
    pub(crate) fn bytes_per_hour(&self) -> f64 {
        self.bytes as f64 * 3_600.0 / self.measured.as_secs_f64()
    }
}

/// Listens to somebody's stream from one heartbeat to another.
pub(crate) async fn measure_idle_stream(person: &Person) -> Result<IdleStream> {
    timeout(HEARTBEATS_TIMEOUT, async {
        let mut answer = person.get("/api/events").send().await?.error_for_status()?;
        let mut first = None;
        let mut heartbeats = 0;
        loop {
            let chunk = answer.chunk().await?.ok_or("the stream has ended")?;
            if !chunk.starts_with(b"event: heartbeat") {
                continue;
            }
            let (began, before) = *first.get_or_insert((Instant::now(), person.proxy.bytes_transferred().down));
            if heartbeats == HEARTBEATS {
                return Ok(IdleStream {
                    measured: began.elapsed(),
                    bytes: person.proxy.bytes_transferred().down - before,
                });
            }
            heartbeats += 1;
        }
    })
    .await?
}
