//! The `EventSource` of the tab that leads, opened again and again, and what is done about what it says.
//!
//! It hides status and headers, and gives up for good on anything but a 200. So the page watches it: a silent source gets
//! another beside it ([`sources`]), from the last number that arrived; where it stays closed, the page asks whether the
//! session is over. Tabs that don't lead watch for silence of the one that does.

mod sources;

use super::{
    Connection, Live,
    leader_election::{self, TabMessage},
};
use crate::{browser, json, request_error::RequestError, server_fn_client::sleep, server_fns};
use futures::future::{Either, select};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use model::{
    ApiError, Envelope, Event, PresenceUpdate, Timestamp, Typing,
    ephemeral::{PRESENCE, TYPING},
};
use serde::{Deserialize, Serialize};
pub(super) use sources::close;
use std::{cell::RefCell, pin::pin, time::Duration};

/// What broke is looked into for so long; the answer may be on a dead line, too.
const ASKING: Duration = Duration::from_secs(3);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

thread_local! {
    static STREAM: RefCell<Stream> = RefCell::default();
}

#[derive(Default)]
struct Stream {
    /// Opens the stream.
    pending: Option<TimeoutHandle>,
    /// Looks whether it is alive.
    watch: Option<TimeoutHandle>,
    pauses: u32,
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
    Presence(PresenceUpdate),
}

/// What `ready`, `reset` and `heartbeat` carry.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Cursor {
    cursor: i64,
    /// The server's clock. Only heartbeats tell.
    at: Option<Timestamp>,
}

impl Heard {
    fn read(name: &str, data: &str) -> Option<Self> {
        match name {
            "ready" => json::from_str(data).map(Heard::Ready).ok(),
            "reset" => json::from_str(data).map(Heard::Reset).ok(),
            "heartbeat" => json::from_str(data).map(Heard::Heartbeat).ok(),
            "session-ended" => Some(Heard::SessionEnded),
            TYPING => json::from_str(data).map(Heard::Typing).ok(),
            PRESENCE => json::from_str(data).map(Heard::Presence).ok(),
            _ => json::from_str(data).map(Heard::Event).ok(),
        }
    }
}

/// Milliseconds of a clock that goes on while the machine sleeps. It may jump.
pub(super) fn now() -> f64 {
    js_sys::Date::now()
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
    if leader_election::is_leader() {
        open_from(live, cursor)
    } else {
        leader_election::broadcast(&TabMessage::RequestReplay(cursor))
    }
}

fn open_from(live: Live, cursor: i64) {
    close();
    if sources::open(live, cursor) {
        check(live);
    } else if live.me().is_some() {
        // Without a stream the page is as current as its last load.
        show_trouble(live);
    }
}

/// Tells every tab, this one too.
fn hear_from(live: Live, heard: Heard) {
    let message = TabMessage::Stream(heard);
    leader_election::broadcast(&message);
    if let TabMessage::Stream(heard) = message {
        hear(live, heard);
    }
}

/// Does what is to be done about what the stream said, in whichever tab.
pub(super) fn hear(live: Live, heard: Heard) {
    sources::heard_something();
    match heard {
        Heard::Ready(from) => {
            opened(live);
            behind(live, from.cursor);
        }
        Heard::Reset(Cursor { cursor, .. }) => {
            opened(live);
            live.restart_from(cursor);
        }
        Heard::SessionEnded => session_over(live),
        heard => {
            revived(live);
            pass_on(live, heard);
        }
    }
}

fn pass_on(live: Live, heard: Heard) {
    match heard {
        Heard::Heartbeat(Cursor { cursor, at }) => {
            if let Some(at) = at {
                live.locale.set_clock(at);
            }
            behind(live, cursor);
        }
        Heard::Event(envelope) => live.receive(envelope),
        Heard::Skipped(seq) => live.receive(unknown(seq)),
        Heard::Typing(typing) => live.ephemeral.on_typing(typing),
        Heard::Presence(came) => live.ephemeral.on_presence(came),
        // They say how the stream stands.
        Heard::Ready(_) | Heard::Reset(_) | Heard::SessionEnded => {}
    }
}

fn unknown(seq: i64) -> Envelope {
    Envelope { seq, at: Timestamp::from_millis(0), event: Event::Unknown }
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
    STREAM.with_borrow_mut(|stream| stream.pauses = 0);
    live.connection.set(Connection::Live);
    // Somebody signed in again in another tab.
    leader_election::campaign(live);
    live.times_opened.update(|times| *times += 1);
}

/// Tells a tab what it lacks: from memory, or by opening the stream from further back.
pub(super) fn tell_again(live: Live, after: i64) {
    leader_election::broadcast(&TabMessage::Connection(live.connection.get_untracked()));
    match live.events_after(after) {
        Some(events) => events.into_iter().for_each(|envelope| match envelope.event {
            Event::Unknown => leader_election::broadcast(&TabMessage::Stream(Heard::Skipped(envelope.seq))),
            _ => leader_election::broadcast(&TabMessage::Replayed(envelope)),
        }),
        None => open_from(live, after),
    }
}

/// Takes over how the tab that leads stands with the server.
pub(super) fn stands(live: Live, connection: Connection) {
    match connection {
        Connection::Live if live.connection.get_untracked() == Connection::Live => {}
        Connection::Live => opened(live),
        Connection::SignedOut => session_over(live),
        trouble => show(live, trouble),
    }
}

/// A source broke. While one tries again by itself, only says so; once all have given up, finds out why.
fn broke(live: Live, given_up: bool) {
    if live.connection.get_untracked() == Connection::SignedOut {
        return;
    }
    show_trouble(live);
    if given_up {
        spawn_local(ask_why(live));
    } else {
        check(live);
    }
}

async fn ask_why(live: Live) {
    match select(pin!(server_fns::load_nav_state()), pin!(sleep(ASKING))).await {
        Either::Left((Err(RequestError::Refused(ApiError::Unauthenticated)), _)) => session_over(live),
        // The page has closed itself.
        Either::Left((Err(RequestError::Refused(ApiError::OtherPerson)), _)) => {}
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
    let trouble = if browser::is_online() { Connection::Reconnecting } else { Connection::Offline };
    show(live, trouble);
    if leader_election::is_leader() {
        leader_election::broadcast(&TabMessage::Connection(trouble));
    }
}

/// Shows what is new: what is shown again would be read out again.
fn show(live: Live, connection: Connection) {
    if live.connection.get_untracked() != connection {
        live.connection.set(connection);
    }
}

/// The session is over: another tab leads, once somebody is signed in again.
pub(super) fn session_over(live: Live) {
    close();
    if leader_election::is_leader() {
        leader_election::broadcast(&TabMessage::Connection(Connection::SignedOut));
    }
    leader_election::step_down();
    live.recheck_session();
}

/// Watches over the stream for as long as the page lives.
fn watch(live: Live) {
    if STREAM.with_borrow_mut(|stream| std::mem::replace(&mut stream.watched, true)) {
        return;
    }
    sources::heard_something();
    check(live);
    window_event_listener(leptos::ev::offline, move |_| show_trouble(live));
    window_event_listener(leptos::ev::online, move |_| wake(live));
    // After a sleep of the machine or of the tab nothing may have broken visibly.
    window_event_listener(leptos::ev::Custom::<web_sys::Event>::new("visibilitychange"), move |_| {
        if browser::is_visible() {
            check(live);
        }
    });
}

fn wake(live: Live) {
    if live.connection.get_untracked() != Connection::SignedOut && leader_election::is_joined() {
        open_soon(live);
    }
}

/// Looks whether the stream is alive, now and when it has to be looked at next.
pub(super) fn check(live: Live) {
    let next = sources::check(live);
    let timer = next.and_then(|wait| set_timeout_with_handle(move || check(live), wait).ok());
    if let Some(before) = STREAM.with_borrow_mut(|stream| std::mem::replace(&mut stream.watch, timer)) {
        before.clear();
    }
}

/// The page is left: nothing is opened or watched any more.
pub(super) fn stop() {
    close();
    let (pending, watch) = STREAM.with_borrow_mut(|stream| (stream.pending.take(), stream.watch.take()));
    [pending, watch].into_iter().flatten().for_each(|timer| timer.clear());
}

/// The page has come back, as it was when it was left.
pub(super) fn resume(live: Live) {
    sources::heard_something();
    open_soon(live);
    check(live);
}
