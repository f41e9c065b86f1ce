//! The event sources of the leading tab: one that is open, or several racing to open.
//!
//! A dead connection looks like a slow one, and over HTTP/1.1 each new request may get another dead connection. So the
//! page doesn't wait for a silent source: it opens another in parallel, and the first that delivers a message wins.

use super::{Connection, Live, StreamMessage, now, on_error, receive_and_broadcast, show_disconnected};
use crate::{
    browser::{self, EventStream},
    live::{backoff::jitter, leader_election},
};
use leptos::prelude::*;
use model::{
    Event,
    ephemeral::{PRESENCE, TYPING},
};
use std::{cell::RefCell, ops::Range, time::Duration};

/// Milliseconds of silence after which an open source counts as dead. A heartbeat is due every 15 s.
const HEARTBEAT_TIMEOUT: f64 = 17_500.0;
/// Milliseconds that a new source may take to open before another is opened in parallel. The first attempts follow each
/// other quickly: each frees a dead connection.
const INITIAL_OPEN_TIMEOUT: f64 = 3_000.0;
const FAST_ATTEMPTS: u32 = 5;
const MAX_OPEN_TIMEOUT: f64 = 20_000.0;
/// Milliseconds for reconnecting after an error: the browser first waits up to 5 s, as the server's `retry:` says.
const RECONNECT_TIMEOUT: f64 = 8_000.0;
/// Parallel sources. Over HTTP/1.1 a browser has six connections to a site.
const MAX_SOURCES: usize = 3;
/// Milliseconds for which the oldest source is never closed for another: a slow connection may need them to open.
const OLDEST_KEEP_TIME: f64 = 20_000.0;
/// Milliseconds between two probes of a silent leader by another tab.
const PROBE_INTERVAL: f64 = 5_000.0;

thread_local! {
    static SOURCES: RefCell<Sources> = RefCell::default();
}

#[derive(Default)]
struct Sources {
    /// The oldest first.
    open: Vec<Source>,
    next_id: u32,
    /// Sources opened since one of them last delivered a message.
    attempts: u32,
    /// When the last message arrived, from the server or through the leader, in milliseconds.
    last_heard: f64,
}

struct Source {
    id: u32,
    stream: EventStream,
    opened: f64,
    /// When it last showed any activity, in milliseconds.
    last_activity: f64,
    /// How long it may be inactive, in milliseconds.
    timeout: f64,
    /// The last sequence number delivered. A source skips none, so a missing number is an event of an unknown kind.
    last_seq: i64,
}

/// Returns the milliseconds since `then`; infinity if the clock was moved back: one probe too many does no harm.
fn elapsed_since(then: f64) -> f64 {
    let passed = now() - then;
    if passed < 0.0 { f64::INFINITY } else { passed }
}

fn with_sources<T>(work: impl FnOnce(&mut Sources) -> T) -> T {
    SOURCES.with_borrow_mut(work)
}

/// Records that a message of the stream has arrived.
pub(super) fn record_message() {
    with_sources(|sources| sources.last_heard = now());
}

/// Closes all sources. Drops them outside the borrow: closing may call a listener.
pub(crate) fn close() {
    drop(with_sources(|sources| std::mem::take(&mut sources.open)));
}

/// Opens a source in parallel to the existing ones. Returns whether the browser can.
pub(super) fn open_source(live: Live, cursor: i64) -> bool {
    let Some(me) = live.me() else { return false };
    // Names the page's owner: another person may have signed in with this browser, and a page shows one person's data.
    let Some(mut stream) = EventStream::open(&format!("/api/events?after={cursor}&person={me}")) else { return false };
    let id = with_sources(|sources| {
        sources.next_id += 1;
        sources.next_id
    });
    add_listeners(live, id, &mut stream);
    let closed = with_sources(|sources| {
        let (opened, timeout) = (now(), open_timeout(sources.attempts));
        sources.attempts += 1;
        sources.open.push(Source { id, stream, opened, last_activity: opened, timeout, last_seq: 0 });
        let index_to_close = usize::from(elapsed_since(sources.open[0].opened) < OLDEST_KEEP_TIME);
        (sources.open.len() > MAX_SOURCES).then(|| sources.open.remove(index_to_close))
    });
    drop(closed);
    true
}

/// Returns the time a source may take to open after `attempts` failed ones, in milliseconds. Jittered once it grows.
fn open_timeout(attempts: u32) -> f64 {
    let slower = attempts.saturating_sub(FAST_ATTEMPTS).min(10);
    if slower == 0 {
        return INITIAL_OPEN_TIMEOUT;
    }
    let longest = (INITIAL_OPEN_TIMEOUT * f64::from(1_u32 << slower)).min(MAX_OPEN_TIMEOUT);
    longest * jitter()
}

fn add_listeners(live: Live, id: u32, stream: &mut EventStream) {
    let control = ["ready", "reset", "heartbeat", "session-ended", TYPING, PRESENCE];
    for name in control.iter().chain(Event::NAMES).copied() {
        stream.on(name, move |data| {
            close_others(id);
            if let Some(message) = StreamMessage::parse(name, &data) {
                take_skipped(id, &message).for_each(|seq| receive_and_broadcast(live, StreamMessage::Skipped(seq)));
                receive_and_broadcast(live, message);
            }
        });
    }
    stream.on("error", move |_| {
        let broken = with_sources(|sources| {
            let index = sources.open.iter().position(|source| source.id == id)?;
            let source = &mut sources.open[index];
            (source.last_activity, source.timeout) = (now(), RECONNECT_TIMEOUT);
            Some(if source.stream.is_closed_for_good() { Some(sources.open.remove(index)) } else { None })
        });
        // A source that lost the race is no longer listed: ignore its error.
        let Some(closed) = broken else { return };
        on_error(live, closed.is_some() && with_sources(|sources| sources.open.is_empty()));
        drop(closed);
    });
}

/// Closes the other sources, because this one has delivered a message.
fn close_others(id: u32) {
    let lost = with_sources(|sources| {
        if !sources.open.iter().any(|source| source.id == id) {
            return Vec::new();
        }
        let (won, lost) = std::mem::take(&mut sources.open).into_iter().partition(|source| source.id == id);
        sources.open = won;
        sources.attempts = 0;
        for source in &mut sources.open {
            (source.last_activity, source.timeout) = (now(), HEARTBEAT_TIMEOUT);
        }
        lost
    });
    drop::<Vec<Source>>(lost);
}

/// Returns the sequence numbers between the last one that the source delivered and this message.
fn take_skipped(id: u32, message: &StreamMessage) -> Range<i64> {
    with_sources(|sources| {
        let Some(source) = sources.open.iter_mut().find(|source| source.id == id) else { return 0..0 };
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
    })
}

/// The outcome of a check.
enum NextAction {
    Wait(f64),
    /// The newest source is silent: open another.
    Race,
    /// This tab is not the leader, and the leader is silent: ping it.
    Probe,
}

/// Checks whether messages still arrive, and acts if not. Returns when to check again.
pub(super) fn check_sources(live: Live) -> Option<Duration> {
    if live.connection.get_untracked() == Connection::SignedOut || !leader_election::is_joined() {
        return None;
    }
    let wait = match next_action() {
        NextAction::Wait(wait) => wait,
        NextAction::Race => {
            show_disconnected(live);
            live.cursor().filter(|cursor| open_source(live, *cursor))?;
            with_sources(|sources| sources.open.last().map_or(MAX_OPEN_TIMEOUT, |source| source.timeout))
        }
        NextAction::Probe => {
            show_disconnected(live);
            // A hidden tab leaves probing to the others: the browser may delay its timers.
            if browser::is_visible() {
                leader_election::probe_leader(live);
            }
            PROBE_INTERVAL
        }
    };
    Some(Duration::from_millis(wait.max(0.0) as u64 + 50))
}

fn next_action() -> NextAction {
    let is_leader = leader_election::is_leader();
    with_sources(|sources| {
        let (quiet, timeout, act) = match sources.open.last() {
            Some(newest) if is_leader => (elapsed_since(newest.last_activity), newest.timeout, NextAction::Race),
            _ if is_leader => return NextAction::Wait(MAX_OPEN_TIMEOUT),
            _ => (elapsed_since(sources.last_heard), HEARTBEAT_TIMEOUT, NextAction::Probe),
        };
        if quiet > timeout { act } else { NextAction::Wait(timeout - quiet) }
    })
}
