//! The `EventSource` of the tab that leads, opened again and again, and what is done about what it says.
//!
//! It hides status and headers, and gives up for good on anything but a 200. So the page watches it: silence or a closed
//! source opens a new one, with growing pauses, from the last number that arrived; where it stays closed, the page asks
//! whether the session is over. Tabs that don't lead watch for silence of the one that does.

use super::{
    Connection, Live,
    tabs::{self, Note},
};
use crate::{
    answer::{Answer, Failure},
    browser::{self, EventStream},
    functions, json,
};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use model::{
    Came, Envelope, Event, Instant, Refusal, Typing,
    passing::{PRESENCE, TYPING},
};
use serde::{Deserialize, Serialize};
use std::{cell::RefCell, time::Duration};

/// Nothing for so long, though a heartbeat is due every 15 s: the line is dead, whatever it says.
const SILENCE: f64 = 40_000.0;
/// After so long it is asked whether the tab that leads is awake; and whoever looks again asks anew.
const DOUBT: f64 = 20_000.0;
/// So long a stream may take to say that it is open, before the reader is told.
const SLOW: f64 = 10_000.0;
const WATCH_EVERY: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

thread_local! {
    static STREAM: RefCell<Stream> = RefCell::default();
}

#[derive(Default)]
struct Stream {
    source: Option<EventStream>,
    pending: Option<TimeoutHandle>,
    pauses: u32,
    last_heard: f64,
    /// When the source was opened that hasn't said anything yet.
    opening: Option<f64>,
    /// The last number that the source told. It leaves out none, so what is missing is of a kind this page doesn't know.
    told: i64,
    watched: bool,
}

/// What a stream says.
#[derive(Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "what is heard passes by, one at a time")]
pub(super) enum Heard {
    /// It is open, and goes on after this number.
    Ready(Cursor),
    /// It can't go on from where this browser is.
    Reset(Cursor),
    /// It is alive, and this is the newest number.
    Heartbeat(Cursor),
    SessionEnded,
    Event(Envelope),
    /// Something happened under this number that this page doesn't know.
    Skipped(i64),
    Typing(Typing),
    Presence(Came),
}

/// What `ready`, `reset` and `heartbeat` carry.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Cursor {
    cursor: i64,
    /// The server's clock. Only heartbeats tell.
    at: Option<Instant>,
}

impl Heard {
    fn read(name: &str, data: &str) -> Option<Self> {
        match name {
            "ready" => json::read(data).map(Heard::Ready).ok(),
            "reset" => json::read(data).map(Heard::Reset).ok(),
            "heartbeat" => json::read(data).map(Heard::Heartbeat).ok(),
            "session-ended" => Some(Heard::SessionEnded),
            TYPING => json::read(data).map(Heard::Typing).ok(),
            PRESENCE => json::read(data).map(Heard::Presence).ok(),
            _ => json::read(data).map(Heard::Event).ok(),
        }
    }
}

/// Milliseconds of a clock that goes on while the machine sleeps. It may jump: see [`since`].
pub(super) fn now() -> f64 {
    js_sys::Date::now()
}

/// When anything was heard last.
pub(super) fn last_heard() -> f64 {
    STREAM.with_borrow(|stream| stream.last_heard)
}

pub(super) fn heard_something() {
    STREAM.with_borrow_mut(|stream| stream.last_heard = now());
}

/// Milliseconds since then. A clock that was put back makes it long ago: better to ask once too often.
fn since(then: f64) -> f64 {
    let passed = now() - then;
    if passed < 0.0 { f64::INFINITY } else { passed }
}

/// Opens the stream once the current work is done, so that views which appear together share it.
pub(super) fn open_soon(live: Live) {
    open_after(live, Duration::ZERO);
}

fn open_after(live: Live, pause: Duration) {
    let handle = set_timeout_with_handle(move || open(live), pause).ok();
    STREAM.with_borrow_mut(|stream| {
        if let Some(pending) = std::mem::replace(&mut stream.pending, handle) {
            pending.clear();
        }
    });
}

fn open(live: Live) {
    let Some(cursor) = live.cursor() else { return };
    watch(live);
    if tabs::leads() { open_from(live, cursor) } else { tabs::tell(&Note::Ask(cursor)) }
}

fn open_from(live: Live, cursor: i64) {
    let Some(me) = live.me() else { return };
    close();
    // Whose it is: somebody else may have signed in here meanwhile, and a page shows one person's.
    let Some(mut source) = EventStream::open(&format!("/api/events?after={cursor}&person={me}")) else {
        // Without a stream the page is as current as its last load.
        return live.connection.set(Connection::Reconnecting);
    };
    listen(live, &mut source);
    STREAM.with_borrow_mut(|stream| {
        stream.last_heard = now();
        stream.opening = Some(now());
        stream.source = Some(source);
    });
}

/// Closes the stream. Dropped outside the borrow: closing may call back.
pub(super) fn close() {
    let old = STREAM.with_borrow_mut(|stream| stream.source.take());
    drop(old);
}

fn listen(live: Live, source: &mut EventStream) {
    let control = ["ready", "reset", "heartbeat", "session-ended", TYPING, PRESENCE];
    for name in control.into_iter().chain(Event::NAMES) {
        source.on(name, move |data| {
            if let Some(heard) = Heard::read(name, &data) {
                skipped_before(&heard).for_each(|seq| tell_all(live, Heard::Skipped(seq)));
                tell_all(live, heard);
            }
        });
    }
    source.on("error", move |_| broke(live));
}

/// Tells every tab, this one too.
fn tell_all(live: Live, heard: Heard) {
    let note = Note::Heard(heard);
    tabs::tell(&note);
    if let Note::Heard(heard) = note {
        hear(live, heard);
    }
}

/// The numbers between what the source told last and this.
fn skipped_before(heard: &Heard) -> std::ops::Range<i64> {
    STREAM.with_borrow_mut(|stream| {
        let next = stream.told + 1;
        let skipped = match heard {
            Heard::Ready(from) | Heard::Reset(from) => {
                stream.told = from.cursor;
                return 0..0;
            }
            Heard::Event(envelope) => next..envelope.seq,
            Heard::Heartbeat(head) => next..head.cursor + 1,
            _ => return 0..0,
        };
        stream.told = stream.told.max(match heard {
            Heard::Event(envelope) => envelope.seq,
            _ => skipped.end - 1,
        });
        skipped
    })
}

/// Does what is to be done about what the stream said, in whichever tab.
pub(super) fn hear(live: Live, heard: Heard) {
    heard_something();
    match heard {
        Heard::Ready(from) => {
            opened(live);
            behind(live, from.cursor);
        }
        Heard::Reset(Cursor { cursor, .. }) => {
            opened(live);
            live.reset(cursor);
        }
        Heard::Heartbeat(Cursor { cursor, at }) => {
            revived(live);
            if let Some(at) = at {
                live.local.set_clock(at);
            }
            behind(live, cursor);
        }
        Heard::SessionEnded => session_over(live),
        Heard::Event(envelope) => live.take(envelope),
        Heard::Skipped(seq) => live.take(unknown(seq)),
        Heard::Typing(typing) => live.passing.typing(typing),
        Heard::Presence(came) => live.passing.came(came),
    }
}

fn unknown(seq: i64) -> Envelope {
    Envelope { seq, at: Instant::from_millis(0), event: Event::Unknown }
}

/// A tab that had given up hears something after all.
fn revived(live: Live) {
    let lost = [Connection::Reconnecting, Connection::Offline].contains(&live.connection.get_untracked());
    if lost {
        opened(live);
    }
}

/// Asks for what this tab lacks, if it does.
fn behind(live: Live, head: i64) {
    if live.cursor().is_some_and(|cursor| cursor < head) {
        open_soon(live);
    }
}

fn opened(live: Live) {
    STREAM.with_borrow_mut(|stream| {
        stream.pauses = 0;
        stream.opening = None;
    });
    live.connection.set(Connection::Live);
    // Somebody signed in again in another tab.
    tabs::stand(live);
    live.opened.update(|times| *times += 1);
}

/// Tells a tab what it lacks: from memory, or by opening the stream from further back.
pub(super) fn tell_again(live: Live, after: i64) {
    tabs::tell(&Note::Connection(live.connection.get_untracked()));
    match live.after(after) {
        Some(events) => events.into_iter().for_each(|envelope| match envelope.event {
            Event::Unknown => tabs::tell(&Note::Heard(Heard::Skipped(envelope.seq))),
            _ => tabs::tell(&Note::Again(envelope)),
        }),
        None => open_from(live, after),
    }
}

/// Takes over how the tab that leads stands with the server.
pub(super) fn stands(live: Live, connection: Connection) {
    heard_something();
    match connection {
        Connection::Live if live.connection.get_untracked() == Connection::Live => {}
        Connection::Live => opened(live),
        Connection::SignedOut => session_over(live),
        trouble => live.connection.set(trouble),
    }
}

/// The source broke. While it tries again by itself, only say so; once it has given up, find out why.
fn broke(live: Live) {
    if live.connection.get_untracked() == Connection::SignedOut {
        return;
    }
    show_trouble(live);
    let gave_up = STREAM.with_borrow(|stream| stream.source.as_ref().is_none_or(EventStream::has_given_up));
    if gave_up {
        spawn_local(ask_why(live));
    }
}

async fn ask_why(live: Live) {
    let answer: Answer<_> = functions::load_frame().await;
    match answer {
        Err(Failure::Refused(Refusal::Unauthenticated)) => session_over(live),
        // The page has closed itself.
        Err(Failure::Refused(Refusal::OtherPerson)) => {}
        _ => open_after(live, next_pause()),
    }
}

/// Twice as long each time, and never the same for two pages.
fn next_pause() -> Duration {
    let pauses = STREAM.with_borrow_mut(|stream| {
        stream.pauses = stream.pauses.saturating_add(1).min(10);
        stream.pauses - 1
    });
    let longest = FIRST_PAUSE.saturating_mul(1 << pauses).min(LONGEST_PAUSE);
    longest.mul_f64(0.5 + js_sys::Math::random() / 2.0)
}

fn show_trouble(live: Live) {
    live.connection.set(if browser::is_online() { Connection::Reconnecting } else { Connection::Offline });
    if tabs::leads() {
        tabs::tell(&Note::Connection(live.connection.get_untracked()));
    }
}

/// The session is over: another tab leads, once somebody is signed in again.
pub(super) fn session_over(live: Live) {
    close();
    if tabs::leads() {
        tabs::tell(&Note::Connection(Connection::SignedOut));
    }
    tabs::resign();
    live.sign_in_again();
}

/// Watches over the stream for as long as the page lives.
fn watch(live: Live) {
    let watched = STREAM.with_borrow_mut(|stream| {
        stream.last_heard = now();
        std::mem::replace(&mut stream.watched, true)
    });
    if watched {
        return;
    }
    set_interval(move || check(live, SILENCE), WATCH_EVERY);
    window_event_listener(leptos::ev::offline, move |_| show_trouble(live));
    window_event_listener(leptos::ev::online, move |_| wake(live));
    // After a sleep of the machine or of the tab nothing may have broken visibly.
    window_event_listener(leptos::ev::Custom::<web_sys::Event>::new("visibilitychange"), move |_| {
        if browser::is_visible() {
            doubt(live);
        }
    });
}

fn wake(live: Live) {
    if live.connection.get_untracked() != Connection::SignedOut {
        open_soon(live);
    }
}

/// Looks whether the stream is still alive, with less patience than usual.
pub(super) fn doubt(live: Live) {
    check(live, DOUBT);
}

fn check(live: Live, patience: f64) {
    if live.connection.get_untracked() == Connection::SignedOut {
        return;
    }
    let (silence, slow) =
        STREAM.with_borrow(|stream| (since(stream.last_heard), stream.opening.is_some_and(|then| since(then) > SLOW)));
    if slow || silence > SILENCE {
        show_trouble(live);
    }
    if tabs::leads() {
        let open = STREAM.with_borrow(|stream| stream.source.is_some());
        if open && silence > patience {
            open_soon(live);
        }
    } else if silence > DOUBT && browser::is_visible() {
        tabs::probe(live);
    }
}
