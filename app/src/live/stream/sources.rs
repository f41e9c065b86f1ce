//! The event sources of the tab that leads: one that is open, or some that race to be.
//!
//! A dead line looks like a slow one, and over HTTP/1.1 each new request may be put on another connection that is dead
//! as well. So a source that says nothing isn't waited for: another is opened beside it, and whichever speaks first
//! wins.

use super::{Connection, Heard, Live, broke, hear_from, now, show_trouble};
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
const SILENCE: f64 = 17_500.0;
/// So long a new source may take to say that it is open before another is opened beside it. The first tries come fast:
/// each frees a dead connection.
const FIRST_PATIENCE: f64 = 3_000.0;
const FAST_TRIES: u32 = 5;
const LONGEST_PATIENCE: f64 = 20_000.0;
/// The same after it broke: the browser waits up to 5 s, as the server asks by `retry:`, before it connects again.
const BREAK_PATIENCE: f64 = 8_000.0;
/// Sources at once. Over HTTP/1.1 a browser has six connections to a site.
const SOURCES: usize = 3;
/// So long the oldest keeps its place among them: a slow line may need that to open any.
const HOPE: f64 = 20_000.0;
/// How often a tab that doesn't lead looks again, once the one that leads has gone silent.
const LOOK_AGAIN: f64 = 5_000.0;

thread_local! {
    static SOURCES_OPEN: RefCell<Sources> = RefCell::default();
}

#[derive(Default)]
struct Sources {
    /// The oldest first.
    open: Vec<Source>,
    next_id: u32,
    /// Sources opened since one of them spoke.
    tries: u32,
    /// When the server was heard last, by whichever tab.
    heard: f64,
}

struct Source {
    id: u32,
    stream: EventStream,
    opened: f64,
    /// When it did anything last.
    since: f64,
    /// How long it may do nothing.
    patience: f64,
    /// The last number that it told. A source leaves out none, so what is missing is of a kind this page doesn't know.
    told: i64,
}

/// Milliseconds since then. A clock that was put back makes it long ago: better to ask once too often.
fn since(then: f64) -> f64 {
    let passed = now() - then;
    if passed < 0.0 { f64::INFINITY } else { passed }
}

fn with<T>(work: impl FnOnce(&mut Sources) -> T) -> T {
    SOURCES_OPEN.with_borrow_mut(work)
}

/// Notes that the server was heard.
pub(super) fn heard_something() {
    with(|sources| sources.heard = now());
}

/// Closes all. Dropped outside the borrow: closing may call back.
pub(crate) fn close() {
    drop(with(|sources| std::mem::take(&mut sources.open)));
}

/// Opens one beside those that are there. Returns whether the browser can.
pub(super) fn open(live: Live, cursor: i64) -> bool {
    let Some(me) = live.me() else { return false };
    // Whose it is: somebody else may have signed in here meanwhile, and a page shows one person's.
    let Some(mut stream) = EventStream::open(&format!("/api/events?after={cursor}&person={me}")) else { return false };
    let id = with(|sources| {
        sources.next_id += 1;
        sources.next_id
    });
    listen(live, id, &mut stream);
    let given_up = with(|sources| {
        let (opened, patience) = (now(), patience_after(sources.tries));
        sources.tries += 1;
        sources.open.push(Source { id, stream, opened, since: opened, patience, told: 0 });
        let hopeful = usize::from(since(sources.open[0].opened) < HOPE);
        (sources.open.len() > SOURCES).then(|| sources.open.remove(hopeful))
    });
    drop(given_up);
    true
}

/// How long a source may take to open, after so many that were opened before it in vain. Never the same for two pages.
fn patience_after(tries: u32) -> f64 {
    let slower = tries.saturating_sub(FAST_TRIES).min(10);
    if slower == 0 {
        return FIRST_PATIENCE;
    }
    let longest = (FIRST_PATIENCE * f64::from(1_u32 << slower)).min(LONGEST_PATIENCE);
    longest * (0.5 + js_sys::Math::random() / 2.0)
}

fn listen(live: Live, id: u32, stream: &mut EventStream) {
    let control = ["ready", "reset", "heartbeat", "session-ended", TYPING, PRESENCE];
    for name in control.into_iter().chain(Event::NAMES) {
        stream.on(name, move |data| {
            won(id);
            if let Some(heard) = Heard::read(name, &data) {
                skipped_before(id, &heard).for_each(|seq| hear_from(live, Heard::Skipped(seq)));
                hear_from(live, heard);
            }
        });
    }
    stream.on("error", move |_| {
        let broken = with(|sources| {
            let index = sources.open.iter().position(|source| source.id == id)?;
            let source = &mut sources.open[index];
            (source.since, source.patience) = (now(), BREAK_PATIENCE);
            Some(if source.stream.is_closed_for_good() { Some(sources.open.remove(index)) } else { None })
        });
        // One that lost the race is nobody's any more.
        let Some(given_up) = broken else { return };
        broke(live, given_up.is_some() && with(|sources| sources.open.is_empty()));
        drop(given_up);
    });
}

/// It spoke: the others are closed.
fn won(id: u32) {
    let lost = with(|sources| {
        if !sources.open.iter().any(|source| source.id == id) {
            return Vec::new();
        }
        let (won, lost) = std::mem::take(&mut sources.open).into_iter().partition(|source| source.id == id);
        sources.open = won;
        sources.tries = 0;
        for source in &mut sources.open {
            (source.since, source.patience) = (now(), SILENCE);
        }
        lost
    });
    drop::<Vec<Source>>(lost);
}

/// The numbers between what the source told last and this.
fn skipped_before(id: u32, heard: &Heard) -> Range<i64> {
    with(|sources| {
        let Some(source) = sources.open.iter_mut().find(|source| source.id == id) else { return 0..0 };
        let next = source.told + 1;
        let skipped = match heard {
            Heard::Ready(from) | Heard::Reset(from) => {
                source.told = from.cursor;
                return 0..0;
            }
            Heard::Event(envelope) => next..envelope.seq,
            Heard::Heartbeat(head) => next..head.cursor + 1,
            _ => return 0..0,
        };
        source.told = source.told.max(match heard {
            Heard::Event(envelope) => envelope.seq,
            _ => skipped.end - 1,
        });
        skipped
    })
}

/// What is to be done now, and when to look again.
enum Next {
    Wait(f64),
    /// The newest source is silent.
    Race,
    /// This tab hears through another, and that has gone silent.
    Probe,
}

/// Looks whether the server is still heard, and does something about it. Returns when to look again.
pub(super) fn check(live: Live) -> Option<Duration> {
    if live.connection.get_untracked() == Connection::SignedOut || !leader_election::is_joined() {
        return None;
    }
    let wait = match what_next() {
        Next::Wait(wait) => wait,
        Next::Race => {
            show_trouble(live);
            live.cursor().filter(|cursor| open(live, *cursor))?;
            with(|sources| sources.open.last().map_or(LONGEST_PATIENCE, |source| source.patience))
        }
        Next::Probe => {
            show_trouble(live);
            // One that isn't looked at leaves that to others: its timers may be held back.
            if browser::is_visible() {
                leader_election::probe_leader(live);
            }
            LOOK_AGAIN
        }
    };
    Some(Duration::from_millis(wait.max(0.0) as u64 + 50))
}

fn what_next() -> Next {
    let leads = leader_election::is_leader();
    with(|sources| {
        let (quiet, patience, act) = match sources.open.last() {
            Some(newest) if leads => (since(newest.since), newest.patience, Next::Race),
            _ if leads => return Next::Wait(LONGEST_PATIENCE),
            _ => (since(sources.heard), SILENCE, Next::Probe),
        };
        if quiet > patience { act } else { Next::Wait(patience - quiet) }
    })
}
