//! How much goes over the line.

use crate::stage::{Person, Stage};
use bench::{fault_proxy::BytesTransferred, page::named_in, site::Result};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Heartbeats between which an idle stream is measured.
const BEATS: u32 = 4;
/// Somewhat more than so many heartbeats take.
const PATIENCE: Duration = Duration::from_secs(100);

/// What opening a page took.
pub(crate) struct Opening {
    /// Each thing that was asked for, and how many bytes came for it, with what HTTP says about it.
    pub(crate) parts: Vec<(String, u64)>,
    /// All of it.
    pub(crate) carried: BytesTransferred,
}

/// Opens a thread as a browser does that was never here and understands brotli.
pub(crate) async fn open_thread(stage: &Stage) -> Result<Opening> {
    let conversation = &stage.conversations[0];
    let [person, _] = &conversation.people;
    let page = format!("/conversations/{}", conversation.id);
    // Once as it is, to see what it names.
    let html = person.gets(&page).send().await?.error_for_status()?.text().await?;
    let began = person.proxy.bytes_transferred();
    let mut parts = Vec::new();
    for path in std::iter::once(page.as_str()).chain(named_in(&html)) {
        let before = person.proxy.bytes_transferred().down;
        let answer = person.gets(path).header("accept-encoding", "br").send().await?.error_for_status()?;
        answer.bytes().await?;
        let name = path.rsplit_once('.').map_or("HTML", |(_, ending)| ending);
        parts.push((format!("its {name}"), person.proxy.bytes_transferred().down - before));
    }
    let BytesTransferred { up, down } = person.proxy.bytes_transferred();
    Ok(Opening { parts, carried: BytesTransferred { up: up - began.up, down: down - began.down } })
}

/// What an hour of a stream takes on which nothing happens: a minute of it, scaled.
pub(crate) struct Idle {
    pub(crate) measured: Duration,
    pub(crate) carried: u64,
}

impl Idle {
    pub(crate) fn in_an_hour(&self) -> f64 {
        self.carried as f64 * 3_600.0 / self.measured.as_secs_f64()
    }
}

/// Listens to somebody's stream from one heartbeat to another.
pub(crate) async fn idle(person: &Person) -> Result<Idle> {
    timeout(PATIENCE, async {
        let mut answer = person.gets("/api/events").send().await?.error_for_status()?;
        let mut first = None;
        let mut beats = 0;
        loop {
            let chunk = answer.chunk().await?.ok_or("the stream has ended")?;
            if !chunk.starts_with(b"event: heartbeat") {
                continue;
            }
            let (began, before) = *first.get_or_insert((Instant::now(), person.proxy.bytes_transferred().down));
            if beats == BEATS {
                return Ok(Idle { measured: began.elapsed(), carried: person.proxy.bytes_transferred().down - before });
            }
            beats += 1;
        }
    })
    .await?
}
