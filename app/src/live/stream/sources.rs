//! The event sources of the tab that leads: one that is open, or some that race to be.
//!
//! A dead line looks like a slow one, and over HTTP/1.1 each new request may be put on another connection that is dead
//! as well. So a source that says nothing isn't waited for: another is opened beside it, and whichever speaks first
//! wins.

use super::{Connection, Live, StreamMessage, now, on_error, receive_and_broadcast, show_disconnected};
use crate::{
    browser::{self, EventStream},
    live::leader_election,
};
use leptos::prelude::*;
use model::{
    Event,
    ephemeral::{PRESENCE, TYPING},
};
use std::{cell::RefCell, ops::Range, time::Duration};

/// A source that said something is dead after so long without a heartbeat, which is due every 15 s.
const HEARTBEAT_TIMEOUT: f64 = 17_500.0;
/// So long a new source may take to say that it is open before another is opened beside it. The first tries come fast:
/// each frees a dead connection.
const INITIAL_OPEN_TIMEOUT: f64 = 3_000.0;
const FAST_ATTEMPTS: u32 = 5;
const MAX_OPEN_TIMEOUT: f64 = 20_000.0;
/// The same after it broke: the browser waits up to 5 s, as the server asks by `retry:`, before it connects again.
const RECONNECT_TIMEOUT: f64 = 8_000.0;
/// Sources at once. Over HTTP/1.1 a browser has six connections to a site.
const MAX_SOURCES: usize = 3;
/// So long the oldest keeps its place among them: a slow line may need that to open any.
const OLDEST_KEEP_TIME: f64 = 20_000.0;
/// How often a tab that doesn't lead looks again, once the one that leads has gone silent.
const PROBE_INTERVAL: f64 = 5_000.0;

thread_local! {
    static SOURCES_OPEN: RefCell<Sources> = RefCell::default();
}

#[derive(Default)]
struct Sources {
    /// The oldest first.
    open: Vec<Source>,
    next_id: u32,
    /// Sources opened since one of them spoke.
    attempts: u32,
    /// When the server was heard last, by whichever tab.
    last_heard: f64,
}

struct Source {
    id: u32,
    stream: EventStream,
    opened: f64,
    /// When it did anything last.
    since: f64,
    /// How long it may do nothing.
    timeout: f64,
    /// The last number that it told. A source leaves out none, so what is missing is of a kind this page doesn't know.
    last_seq: i64,
}

/// Milliseconds since then. A clock that was put back makes it long ago: better to ask once too often.
fn elapsed_since(then: f64) -> f64 {
    let passed = now() - then;
    if passed < 0.0 { f64::INFINITY } else { passed }
}

fn with_sources<T>(work: impl FnOnce(&mut Sources) -> T) -> T {
    SOURCES_OPEN.with_borrow_mut(work)
}

/// Notes that the server was heard.
pub(super) fn record_message() {
    with_sources(|sources| sources.last_heard = now());
}

/// Closes all. Dropped outside the borrow: closing may call back.
pub(crate) fn close() {
    drop(with_sources(|sources| std::mem::take(&mut sources.open)));
}

/// Opens one beside those that are there. Returns whether the browser can.
pub(super) fn open_source(live: Live, cursor: i64) -> bool {
    let Some(me) = live.me() else { return false };
    // Whose it is: somebody else may have signed in here meanwhile, and a page shows one person's.
    let Some(mut stream) = EventStream::open(&format!("/api/events?after={cursor}&person={me}")) else { return false };
    let id = with_sources(|sources| {
        sources.next_id += 1;
        sources.next_id
    });
    add_listeners(live, id, &mut stream);
    let given_up = with_sources(|sources| {
        let (opened, timeout) = (now(), open_timeout(sources.attempts));
        sources.attempts += 1;
        sources.open.push(Source { id, stream, opened, since: opened, timeout, last_seq: 0 });
        let hopeful = usize::from(elapsed_since(sources.open[0].opened) < OLDEST_KEEP_TIME);
        (sources.open.len() > MAX_SOURCES).then(|| sources.open.remove(hopeful))
    });
    drop(given_up);
    true
}

/// How long a source may take to open, after so many that were opened before it in vain. Never the same for two pages.
fn open_timeout(attempts: u32) -> f64 {
    let slower = attempts.saturating_sub(FAST_ATTEMPTS).min(10);
    if slower == 0 {
        return INITIAL_OPEN_TIMEOUT;
    }
    let longest = (INITIAL_OPEN_TIMEOUT * f64::from(1_u32 << slower)).min(MAX_OPEN_TIMEOUT);
    longest * (0.5 + js_sys::Math::random() / 2.0)
}

fn add_listeners(live: Live, id: u32, stream: &mut EventStream) {
    let control = ["ready", "reset", "heartbeat", "session-ended", TYPING, PRESENCE];
    for name in control.into_iter().chain(Event::NAMES) {
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
            (source.since, source.timeout) = (now(), RECONNECT_TIMEOUT);
            Some(if source.stream.is_closed_for_good() { Some(sources.open.remove(index)) } else { None })
        });
        // One that lost the race is nobody's any more.
        let Some(given_up) = broken else { return };
        on_error(live, given_up.is_some() && with_sources(|sources| sources.open.is_empty()));
        drop(given_up);
    });
}

/// It spoke: the others are closed.
fn close_others(id: u32) {
    let lost = with_sources(|sources| {
        if !sources.open.iter().any(|source| source.id == id) {
            return Vec::new();
        }
        let (won, lost) = std::mem::take(&mut sources.open).into_iter().partition(|source| source.id == id);
        sources.open = won;
        sources.attempts = 0;
        for source in &mut sources.open {
            (source.since, source.timeout) = (now(), HEARTBEAT_TIMEOUT);
        }
        lost
    });
    drop::<Vec<Source>>(lost);
}

/// The numbers between what the source told last and this.
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

/// What is to be done now, and when to look again.
enum NextAction {
    Wait(f64),
    /// The newest source is silent.
    Race,
    /// This tab hears through another, and that has gone silent.
    Probe,
}

/// Looks whether the server is still heard, and does something about it. Returns when to look again.
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
            // One that isn't looked at leaves that to others: its timers may be held back.
            if browser::is_visible() {
                leader_election::probe_leader(live);
            }
            PROBE_INTERVAL
        }
    };
    Some(Duration::from_millis(wait.max(0.0) as u64 + 50))
}

fn next_action() -> NextAction {
    let leads = leader_election::is_leader();
    with_sources(|sources| {
        let (quiet, timeout, act) = match sources.open.last() {
            Some(newest) if leads => (elapsed_since(newest.since), newest.timeout, NextAction::Race),
            _ if leads => return NextAction::Wait(MAX_OPEN_TIMEOUT),
            _ => (elapsed_since(sources.last_heard), HEARTBEAT_TIMEOUT, NextAction::Probe),
        };
        if quiet > timeout { act } else { NextAction::Wait(timeout - quiet) }
    })
}
