//! The event sources of the leading tab: one that is open, or several racing to open.
//!
//! A dead connection looks like a slow one, and over HTTP/1.1 each new request may get another dead connection. So the
//! page doesn't wait for a silent source: it opens another in parallel, and the first that delivers a message wins.

use super::{effect::Effect, input::Now};
use crate::live::tab_message::StreamMessage;
use std::ops::Range;

/// Milliseconds of silence after which an open source counts as dead. A heartbeat is due every 15 s.
pub(super) const HEARTBEAT_TIMEOUT: f64 = 17_500.0;
/// Milliseconds that a new source may take to open before another is opened in parallel. The first attempts follow each
/// other quickly: each frees a dead connection.
const INITIAL_OPEN_TIMEOUT: f64 = 3_000.0;
const FAST_ATTEMPTS: u32 = 5;
pub(super) const MAX_OPEN_TIMEOUT: f64 = 20_000.0;
/// Milliseconds for reconnecting after an error: the browser first waits up to 5 s, as the server's `retry:` says.
const RECONNECT_TIMEOUT: f64 = 8_000.0;
/// Parallel sources. Over HTTP/1.1 a browser has six connections to a site.
const MAX_SOURCES: usize = 3;
/// Milliseconds for which the oldest source is never closed for another: a slow connection may need them to open.
const OLDEST_KEEP_TIME: f64 = 20_000.0;

#[derive(Default)]
pub(super) struct Sources {
    /// The oldest first.
    pub(super) open: Vec<Source>,
    last_id: u32,
    /// Sources opened since one of them last delivered a message.
    attempts: u32,
}

pub(super) struct Source {
    pub(super) id: u32,
    opened: f64,
    /// When it last showed any activity, in milliseconds.
    last_activity: f64,
    /// How long it may be silent, in milliseconds.
    pub(super) timeout: f64,
    /// The last sequence number delivered. A source skips none, so a missing number is an event of an unknown kind.
    last_seq: i64,
}

impl Source {
    /// Returns for how long it has been silent, in milliseconds.
    pub(super) fn silent_time(&self, now: Now) -> f64 {
        now.elapsed_since(self.last_activity)
    }

    /// Returns whether it has been silent for too long.
    pub(super) fn is_silent(&self, now: Now) -> bool {
        self.silent_time(now) > self.timeout
    }
}

impl Sources {
    pub(super) fn newest(&self) -> Option<&Source> {
        self.open.last()
    }

    /// Opens a source in parallel to the existing ones.
    pub(super) fn open(&mut self, after: i64, now: Now, effects: &mut Vec<Effect>) {
        if self.open.len() == MAX_SOURCES {
            let index_to_close = usize::from(now.elapsed_since(self.open[0].opened) < OLDEST_KEEP_TIME);
            effects.push(Effect::CloseSource(self.open.remove(index_to_close).id));
        }
        self.last_id += 1;
        let (id, timeout) = (self.last_id, open_timeout(self.attempts, now.jitter));
        self.attempts = self.attempts.saturating_add(1);
        self.open.push(Source { id, opened: now.time, last_activity: now.time, timeout, last_seq: 0 });
        effects.push(Effect::OpenSource { id, after });
    }

    pub(super) fn close_all(&mut self, effects: &mut Vec<Effect>) {
        effects.extend(self.open.drain(..).map(|source| Effect::CloseSource(source.id)));
    }

    /// Closes the other sources, because this one has delivered a message. Returns whether it is open.
    pub(super) fn close_others(&mut self, id: u32, now: Now, effects: &mut Vec<Effect>) -> bool {
        let Some(source) = self.open.iter_mut().find(|source| source.id == id) else { return false };
        (source.last_activity, source.timeout) = (now.time, HEARTBEAT_TIMEOUT);
        let lost = self.open.iter().filter(|source| source.id != id);
        effects.extend(lost.map(|source| Effect::CloseSource(source.id)));
        self.open.retain(|source| source.id == id);
        self.attempts = 0;
        true
    }

    /// Returns the sequence numbers between the last one that the source delivered and this message.
    pub(super) fn take_skipped(&mut self, id: u32, message: &StreamMessage) -> Range<i64> {
        let Some(source) = self.open.iter_mut().find(|source| source.id == id) else { return 0..0 };
        let next = source.last_seq + 1;
        let skipped = match message {
            StreamMessage::Ready(from) | StreamMessage::Reset(from) => {
                source.last_seq = from.cursor;
                return 0..0;
            }
            StreamMessage::Event(envelope) => next..envelope.seq,
            StreamMessage::Heartbeat(head) => next..head.cursor + 1,
            _ => return 0..0,
        };
        source.last_seq = source.last_seq.max(match message {
            StreamMessage::Event(envelope) => envelope.seq,
            _ => skipped.end - 1,
        });
        skipped
    }

    /// Gives a source with an error time to reconnect, or drops it if the browser has given up. Returns whether it is
    /// open: one that lost the race isn't.
    pub(super) fn handle_error(&mut self, id: u32, closed_for_good: bool, now: Now, effects: &mut Vec<Effect>) -> bool {
        let Some(index) = self.open.iter().position(|source| source.id == id) else { return false };
        if closed_for_good {
            effects.push(Effect::CloseSource(self.open.remove(index).id));
        } else {
            (self.open[index].last_activity, self.open[index].timeout) = (now.time, RECONNECT_TIMEOUT);
        }
        true
    }
}

/// Returns the time a source may take to open after `attempts` failed ones, in milliseconds. Jittered once it grows.
fn open_timeout(attempts: u32, jitter: f64) -> f64 {
    let slower = attempts.saturating_sub(FAST_ATTEMPTS).min(10);
    if slower == 0 {
        return INITIAL_OPEN_TIMEOUT;
    }
    let longest = (INITIAL_OPEN_TIMEOUT * f64::from(1_u32 << slower)).min(MAX_OPEN_TIMEOUT);
    longest * jitter
}
