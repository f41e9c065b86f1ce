//! The `EventSource` of the leading tab, its reconnects, and the handling of its messages.
//!
//! `EventSource` hides status and headers, and gives up for good on any response but a 200. So the page watches it: if
//! a source is silent, it opens another in parallel ([`sources`]), from the last number received; if the source is
//! closed for good, it asks the server whether the session has ended. The other tabs watch for a silent leader.

mod sources;

use super::{
    backoff::{jitter, longest_pause},
    leader_election::{self, TabMessage},
    state::{Apply, Connection, EventBuffer, Live},
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

/// Timeout of the diagnosis after an error: its request may go over a dead connection too.
const DIAGNOSE_TIMEOUT: Duration = Duration::from_secs(3);
const INITIAL_BACKOFF: Duration = Duration::from_millis(500);
const MAX_BACKOFF: Duration = Duration::from_secs(20);

thread_local! {
    static STREAM: RefCell<Stream> = RefCell::default();
}

#[derive(Default)]
struct Stream {
    /// The timer that opens the stream.
    pending: Option<TimeoutHandle>,
    /// The timer of the next liveness check.
    watch: Option<TimeoutHandle>,
    /// Failures since the stream was last open.
    failures: u32,
    is_watching: bool,
}

/// A message of the stream.
#[derive(Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "messages are handled one at a time and not stored")]
pub(super) enum StreamMessage {
    /// The stream is open, and continues after this sequence number.
    Ready(Cursor),
    /// The stream can't resume from this browser's cursor: views must reload, and it continues after this number.
    Reset(Cursor),
    /// The stream is alive, and this is the newest sequence number.
    Heartbeat(Cursor),
    SessionEnded,
    Event(Envelope),
    /// The event with this sequence number is of a kind that this page doesn't know.
    Skipped(i64),
    Typing(Typing),
    Presence(PresenceUpdate),
}

/// The data of `ready`, `reset` and `heartbeat`.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Cursor {
    cursor: i64,
    /// The server's clock. Only heartbeats carry it.
    at: Option<Timestamp>,
}

impl StreamMessage {
    fn parse(name: &str, data: &str) -> Option<Self> {
        match name {
            "ready" => json::from_str(data).map(StreamMessage::Ready).ok(),
            "reset" => json::from_str(data).map(StreamMessage::Reset).ok(),
            "heartbeat" => json::from_str(data).map(StreamMessage::Heartbeat).ok(),
            "session-ended" => Some(StreamMessage::SessionEnded),
            TYPING => json::from_str(data).map(StreamMessage::Typing).ok(),
            PRESENCE => json::from_str(data).map(StreamMessage::Presence).ok(),
            _ => json::from_str(data).map(StreamMessage::Event).ok(),
        }
    }
}

/// Returns milliseconds of the wall clock: unlike a monotonic clock it advances while the machine sleeps. It may jump.
pub(super) fn now() -> f64 {
    js_sys::Date::now()
}

/// Schedules opening the stream after the current task, so that views mounted together share one stream.
pub(super) fn schedule_open(live: Live) {
    schedule_open_after(live, Duration::ZERO);
}

fn schedule_open_after(live: Live, pause: Duration) {
    let handle = set_timeout_with_handle(move || open_or_request(live), pause).ok();
    STREAM.with_borrow_mut(|stream| {
        if let Some(pending) = std::mem::replace(&mut stream.pending, handle) {
            pending.clear();
        }
    });
}

fn open_or_request(live: Live) {
    let Some(cursor) = live.cursor() else { return };
    start_watching(live);
    if leader_election::is_leader() {
        open_from(live, cursor)
    } else {
        leader_election::broadcast(&TabMessage::RequestReplay(cursor))
    }
}

fn open_from(live: Live, cursor: i64) {
    close();
    if sources::open_source(live, cursor) {
        check_liveness(live);
    } else if live.me().is_some() {
        // Without a stream the page is as current as its last load.
        show_disconnected(live);
    }
}

/// Handles a message, and broadcasts it to the other tabs.
fn receive_and_broadcast(live: Live, message: StreamMessage) {
    let message = TabMessage::Stream(message);
    leader_election::broadcast(&message);
    if let TabMessage::Stream(message) = message {
        handle_message(live, message);
    }
}

/// Handles a message of the stream, in the leader or in another tab.
pub(super) fn handle_message(live: Live, message: StreamMessage) {
    sources::record_message();
    match message {
        StreamMessage::Ready(from) => {
            on_open(live);
            request_missing(live, from.cursor);
        }
        StreamMessage::Reset(Cursor { cursor, .. }) => {
            on_open(live);
            live.restart_from(cursor);
        }
        StreamMessage::SessionEnded => on_session_end(live),
        message => {
            mark_revived(live);
            dispatch(live, message);
        }
    }
}

fn dispatch(live: Live, message: StreamMessage) {
    match message {
        StreamMessage::Heartbeat(Cursor { cursor, at }) => {
            if let Some(at) = at {
                live.locale.set_clock(at);
            }
            request_missing(live, cursor);
        }
        StreamMessage::Event(envelope) => receive(live, envelope),
        StreamMessage::Skipped(seq) => receive(live, unknown_event(seq)),
        StreamMessage::Typing(typing) => live.ephemeral.on_typing(typing),
        StreamMessage::Presence(update) => live.ephemeral.on_presence(update),
        // `handle_message` has handled these.
        StreamMessage::Ready(_) | StreamMessage::Reset(_) | StreamMessage::SessionEnded => {}
    }
}

/// Applies an event from the stream to all views. Ignores events it has seen; reopens the stream from the last
/// known event if one is missing in between.
pub(super) fn receive(live: Live, envelope: Envelope) {
    match live.buffer.with_value(EventBuffer::last_seq) {
        Some(last) if envelope.seq <= last => {}
        Some(last) if envelope.seq > last + 1 => schedule_open(live),
        _ => {
            live.buffer.update_value(|buffer| buffer.push(envelope.clone()));
            if let Some(me) = live.me() {
                live.ephemeral.on_event(me, &envelope);
                if leader_election::is_leader() {
                    live.delivery_receipts.on_event(me, &envelope);
                }
            }
            let views: Vec<Apply> = live.subscriptions.with_value(|subscriptions| {
                subscriptions.iter().map(|subscription| subscription.apply.clone()).collect()
            });
            for apply in views {
                live.handle_outcome(apply(&envelope));
            }
        }
    }
}

fn unknown_event(seq: i64) -> Envelope {
    Envelope { seq, at: Timestamp::from_millis(0), event: Event::Unknown }
}

/// Shows the connection as live again when a message arrives on a tab that had given up.
fn mark_revived(live: Live) {
    let lost = [Connection::Reconnecting, Connection::Offline].contains(&live.connection.get_untracked());
    if lost {
        on_open(live);
    }
}

/// Reopens the stream, or requests a replay, if this tab lacks events.
fn request_missing(live: Live, head: i64) {
    if live.cursor().is_some_and(|cursor| cursor < head) {
        schedule_open(live);
    }
}

fn on_open(live: Live) {
    STREAM.with_borrow_mut(|stream| stream.failures = 0);
    live.connection.set(Connection::Live);
    // The session may have begun again in another tab, after this one had stepped down.
    leader_election::campaign(live);
    live.times_opened.update(|times| *times += 1);
}

/// Sends the other tabs the events after this sequence number: from the buffer, or by reopening the stream from there.
pub(super) fn replay_to_tabs(live: Live, after: i64) {
    leader_election::broadcast(&TabMessage::Connection(live.connection.get_untracked()));
    match live.events_after(after) {
        Some(events) => events.into_iter().for_each(|envelope| {
            leader_election::broadcast(&if envelope.event == Event::Unknown {
                TabMessage::Stream(StreamMessage::Skipped(envelope.seq))
            } else {
                TabMessage::Replayed(envelope)
            });
        }),
        None => open_from(live, after),
    }
}

/// Adopts the connection state of the leader.
pub(super) fn adopt_connection(live: Live, connection: Connection) {
    match connection {
        Connection::Live if live.connection.get_untracked() == Connection::Live => {}
        Connection::Live => on_open(live),
        Connection::SignedOut => on_session_end(live),
        trouble => set_connection(live, trouble),
    }
}

/// Handles an error of a source. If the browser retries, shows the state only; if all gave up, diagnoses the cause.
fn on_error(live: Live, closed: bool) {
    if live.connection.get_untracked() == Connection::SignedOut {
        return;
    }
    show_disconnected(live);
    if closed {
        spawn_local(diagnose(live));
    } else {
        check_liveness(live);
    }
}

async fn diagnose(live: Live) {
    match select(pin!(server_fns::load_nav_state()), pin!(sleep(DIAGNOSE_TIMEOUT))).await {
        Either::Left((Err(RequestError::Refused(ApiError::Unauthenticated)), _)) => on_session_end(live),
        // `observe_failure` has made the page read-only.
        Either::Left((Err(RequestError::Refused(ApiError::OtherPerson)), _)) => {}
        _ => schedule_open_after(live, next_backoff()),
    }
}

/// Returns the pause before the stream is opened again.
fn next_backoff() -> Duration {
    let failures = STREAM.with_borrow_mut(|stream| {
        stream.failures = stream.failures.saturating_add(1);
        stream.failures - 1
    });
    longest_pause(INITIAL_BACKOFF, MAX_BACKOFF, failures).mul_f64(jitter())
}

fn show_disconnected(live: Live) {
    let trouble = if browser::is_online() { Connection::Reconnecting } else { Connection::Offline };
    set_connection(live, trouble);
    if leader_election::is_leader() {
        leader_election::broadcast(&TabMessage::Connection(trouble));
    }
}

/// Sets the connection state if it differs: a screen reader would announce it again.
fn set_connection(live: Live, connection: Connection) {
    if live.connection.get_untracked() != connection {
        live.connection.set(connection);
    }
}

/// Handles the end of the session: steps down, so that the tab in which a person signs in again leads.
pub(super) fn on_session_end(live: Live) {
    close();
    if leader_election::is_leader() {
        leader_election::broadcast(&TabMessage::Connection(Connection::SignedOut));
    }
    leader_election::step_down();
    live.recheck_session();
}

/// Starts watching the stream, once per page.
fn start_watching(live: Live) {
    if STREAM.with_borrow_mut(|stream| std::mem::replace(&mut stream.is_watching, true)) {
        return;
    }
    sources::record_message();
    check_liveness(live);
    window_event_listener(leptos::ev::offline, move |_| show_disconnected(live));
    window_event_listener(leptos::ev::online, move |_| on_online(live));
    // The machine or the tab may have slept, without any visible error.
    window_event_listener(leptos::ev::Custom::<web_sys::Event>::new("visibilitychange"), move |_| {
        if browser::is_visible() {
            check_liveness(live);
        }
    });
}

fn on_online(live: Live) {
    if live.connection.get_untracked() != Connection::SignedOut && leader_election::is_joined() {
        schedule_open(live);
    }
}

/// Checks whether the stream is alive, and schedules the next check.
pub(super) fn check_liveness(live: Live) {
    let next = sources::check_sources(live);
    let timer = next.and_then(|wait| set_timeout_with_handle(move || check_liveness(live), wait).ok());
    if let Some(before) = STREAM.with_borrow_mut(|stream| std::mem::replace(&mut stream.watch, timer)) {
        before.clear();
    }
}

/// Closes the stream and stops all timers, because the page is being left.
pub(super) fn stop_stream() {
    close();
    let (pending, watch) = STREAM.with_borrow_mut(|stream| (stream.pending.take(), stream.watch.take()));
    [pending, watch].into_iter().flatten().for_each(|timer| timer.clear());
}

/// Reopens the stream after the page has returned from the back/forward cache.
pub(super) fn resume_stream(live: Live) {
    sources::record_message();
    schedule_open(live);
    check_liveness(live);
}
