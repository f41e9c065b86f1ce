//! The `EventSource`, opened again and again.
//!
//! It hides status and headers, and gives up for good on anything but a 200. So the page watches it:
//! silence or a closed source opens a new one, with growing pauses, from the last number that arrived;
//! where it stays closed, the page asks whether the session is over.

use super::{Connection, Live};
use crate::{
    answer::{Answer, Failure},
    functions,
};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use model::{Envelope, Event, Refusal};
use serde::Deserialize;
use std::{cell::RefCell, time::Duration};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{EventSource, HtmlTextAreaElement, MessageEvent};

/// Nothing for so long, though a heartbeat is due every 15 s: the line is dead, whatever it says.
const SILENCE: Duration = Duration::from_secs(40);
const WATCH_EVERY: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

thread_local! {
    static STREAM: RefCell<Stream> = RefCell::default();
}

#[derive(Default)]
struct Stream {
    source: Option<Source>,
    pending: Option<TimeoutHandle>,
    pauses: u32,
    last_heard: f64,
    watched: bool,
}

/// An open source with the closures it calls. Closed when dropped.
struct Source {
    source: EventSource,
    _closures: Vec<Closure<dyn FnMut(MessageEvent)>>,
}

impl Drop for Source {
    fn drop(&mut self) {
        self.source.close();
    }
}

/// What `ready`, `reset` and `heartbeat` carry.
#[derive(Deserialize)]
struct Cursor {
    cursor: i64,
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
    close();
    watch(live);
    if let Ok(source) = EventSource::new(&format!("/api/events?after={cursor}")) {
        let closures = listen(live, &source);
        STREAM.with_borrow_mut(|stream| {
            stream.last_heard = js_sys::Date::now();
            stream.source = Some(Source { source, _closures: closures });
        });
    }
}

/// Closes the stream. Dropped outside the borrow: closing may call back.
pub(super) fn close() {
    let old = STREAM.with_borrow_mut(|stream| stream.source.take());
    drop(old);
}

fn listen(live: Live, source: &EventSource) -> Vec<Closure<dyn FnMut(MessageEvent)>> {
    let mut closures = Vec::new();
    let mut on = |name: &str, heard: fn(Live, &str)| {
        let closure = Closure::new(move |event: MessageEvent| {
            STREAM.with_borrow_mut(|stream| stream.last_heard = js_sys::Date::now());
            heard(live, &event.data().as_string().unwrap_or_default());
        });
        // Adding a listener to a source of our own can't fail.
        let _ = source.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        closures.push(closure);
    };
    on("ready", |live, _| opened(live));
    on("reset", |live, data| {
        opened(live);
        if let Ok(Cursor { cursor }) = serde_json::from_str(data) {
            live.reset(cursor);
        }
    });
    on("heartbeat", |live, data| {
        let ahead = serde_json::from_str::<Cursor>(data).is_ok_and(|head| Some(head.cursor) > live.cursor());
        if ahead {
            open_soon(live);
        }
    });
    on("session-ended", |live, _| session_over(live));
    on("error", |live, _| broke(live));
    for name in Event::NAMES {
        on(name, |live, data| {
            if let Ok(envelope) = serde_json::from_str::<Envelope>(data) {
                live.take(envelope);
            }
        });
    }
    closures
}

fn opened(live: Live) {
    STREAM.with_borrow_mut(|stream| stream.pauses = 0);
    live.connection.set(Connection::Live);
    live.opened.update(|times| *times += 1);
}

/// The source broke. While it tries again by itself, only say so; once it has given up, find out why.
fn broke(live: Live) {
    if live.connection.get_untracked() == Connection::SignedOut {
        return;
    }
    show_trouble(live);
    let gave_up = STREAM.with_borrow(|stream| {
        stream.source.as_ref().is_none_or(|open| open.source.ready_state() == EventSource::CLOSED)
    });
    if gave_up {
        spawn_local(ask_why(live));
    }
}

async fn ask_why(live: Live) {
    let answer: Answer<_> = functions::load_frame().await;
    match answer {
        Err(Failure::Refused(Refusal::Unauthenticated)) => session_over(live),
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
    let online = window().navigator().on_line();
    live.connection.set(if online { Connection::Reconnecting } else { Connection::Offline });
}

fn session_over(live: Live) {
    close();
    live.sign_in_again();
}

/// Whether something stands in a box that wasn't sent.
pub(super) fn something_typed() -> bool {
    let typed = document().query_selector("textarea").ok().flatten();
    typed
        .and_then(|element| element.dyn_into::<HtmlTextAreaElement>().ok())
        .is_some_and(|area| !area.value().is_empty())
}

/// Watches over the stream for as long as the page lives.
fn watch(live: Live) {
    let watched = STREAM.with_borrow_mut(|stream| std::mem::replace(&mut stream.watched, true));
    if watched {
        return;
    }
    set_interval(move || check(live), WATCH_EVERY);
    window_event_listener(leptos::ev::offline, move |_| show_trouble(live));
    window_event_listener(leptos::ev::online, move |_| {
        if live.connection.get_untracked() != Connection::SignedOut {
            open_soon(live);
        }
    });
}

fn check(live: Live) {
    let silent = STREAM.with_borrow(|stream| {
        stream.source.is_some() && js_sys::Date::now() - stream.last_heard > SILENCE.as_secs_f64() * 1_000.0
    });
    if silent && live.connection.get_untracked() != Connection::SignedOut {
        show_trouble(live);
        STREAM.with_borrow_mut(|stream| stream.last_heard = js_sys::Date::now());
        open_soon(live);
    }
}
