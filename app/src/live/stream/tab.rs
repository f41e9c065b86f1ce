//! A tab's share of the event stream as a state machine, which runs without a browser: [`Tab::on`] takes an input and
//! returns the effects that the page must execute, in order.
//!
//! `EventSource` hides status and headers, and gives up for good on any response but a 200. So the tab watches it: if a
//! source is silent, it opens another in parallel ([`sources`]), from the last number received; if the source is closed
//! for good, it asks the server whether the session has ended. Only the leader ([`election`]) has sources. The other
//! tabs watch for a silent leader.

mod effect;
mod election;
mod event_buffer;
mod input;
mod liveness;
mod session;
mod sources;
#[cfg(test)]
mod tests;

pub(in crate::live) use effect::Timer;
pub(in crate::live) use input::Input;
pub(super) use {effect::Effect, input::Now};

use crate::live::{
    backoff::longest_pause,
    state::Connection,
    tab_message::{Cursor, StreamMessage, TabMessage},
};
use election::Election;
use event_buffer::EventBuffer;
use model::{Envelope, Event, Timestamp};
use sources::Sources;
use std::time::Duration;

const INITIAL_BACKOFF: Duration = Duration::from_millis(500);
const MAX_BACKOFF: Duration = Duration::from_secs(20);

/// The stream as one tab sees it.
#[derive(Default)]
pub(super) struct Tab {
    connection: Connection,
    buffer: EventBuffer,
    sources: Sources,
    election: Election,
    /// When the last message of the stream arrived, from the server or through the leader, in milliseconds.
    last_heard: f64,
    /// Failures since the stream was last open, or the page last stopped.
    failures: u32,
    /// Whether the page has stopped because its person wants to sign out.
    is_signing_out: bool,
    /// Whether the liveness checks run.
    is_watching: bool,
    effects: Vec<Effect>,
}

impl Tab {
    /// Returns whether this page takes part in the election: not while it is being left.
    pub(super) fn is_joined(&self) -> bool {
        self.election.is_joined()
    }

    /// Returns the buffered events after `cursor`: those that a view loaded at this cursor has missed. `None` if the
    /// buffer doesn't reach back that far.
    pub(super) fn events_after(&self, cursor: i64) -> Option<Vec<Envelope>> {
        self.buffer.events_after(cursor)
    }

    /// Applies an input and returns the effects.
    #[must_use]
    pub(super) fn on(&mut self, input: Input, now: Now) -> Vec<Effect> {
        match input {
            Input::Joined => self.election.join(&mut self.effects),
            Input::Resumed => {
                self.recheck_session();
                self.schedule_open(Duration::ZERO);
            }
            Input::Left => self.leave(),
            Input::Disconnected => {
                self.leave();
                self.set_connection(Connection::Live, now);
            }
            Input::ViewLoaded(cursor) => {
                self.buffer.restart_from(cursor);
                self.schedule_open(Duration::ZERO);
            }
            Input::WentOnline if self.may_watch() => self.schedule_open(Duration::ZERO),
            Input::WentOnline => self.recheck_session(),
            Input::WentOffline => self.show_disconnected(now),
            Input::SessionEnded => self.end_session(now),
            Input::SignOutRequested => self.begin_sign_out(now),
            Input::SessionConfirmed => self.resume_session(now),
            Input::CurrentPersonUnknown => self.schedule_session_recheck(now),
            Input::DiagnosisInconclusive => self.schedule_retry(Timer::Open, now),
            Input::BecameVisible => {
                self.recheck_session();
                self.check_liveness(now);
            }
            Input::TimerElapsed(Timer::Open) => self.open_or_request(now),
            Input::TimerElapsed(Timer::Watch) => self.check_liveness(now),
            Input::TimerElapsed(Timer::CurrentPerson) => self.recheck_session(),
            Input::PongTimedOut(messages) => self.election.handle_pong_timeout(messages, &mut self.effects),
            Input::SourceDelivered(id, message) => self.handle_delivery(id, message, now),
            Input::SourceFailed { id, closed_for_good } => self.handle_source_error(id, closed_for_good, now),
            Input::SourceUnsupported(id) => {
                // Without a stream the page is as current as its last load.
                self.sources.handle_error(id, true, now, &mut self.effects);
                self.show_disconnected(now);
            }
            Input::TabMessageReceived(message) => self.handle_tab_message(message, now),
            Input::LockGranted(id) => {
                if self.election.accept_lock(id) {
                    self.start_leading();
                }
            }
            Input::LockRefused(id) => {
                if self.election.lead_without_lock(id) {
                    self.start_leading();
                }
            }
            Input::LockStolen(id) => self.handle_stolen_lock(id),
        }
        std::mem::take(&mut self.effects)
    }

    fn start_leading(&mut self) {
        if self.connection == Connection::SignedOut {
            // No person is signed in. The tab in which one signs in again leads.
            self.election.step_down(&mut self.effects);
        } else {
            self.schedule_open(Duration::ZERO);
        }
    }

    /// Follows another tab, which stole the lock while this one was suspended.
    fn handle_stolen_lock(&mut self, id: u32) {
        if self.election.lose_lock(id) {
            self.sources.close_all(&mut self.effects);
            self.election.campaign(&mut self.effects);
            self.schedule_open(Duration::ZERO);
        }
    }

    fn leave(&mut self) {
        self.sources.close_all(&mut self.effects);
        self.effects.extend([Effect::ClearTimer(Timer::Open), Effect::ClearTimer(Timer::CurrentPerson)]);
        self.stop_watching();
        self.election.leave(&mut self.effects);
    }

    /// Opens the stream after the current task, so that views mounted together share one stream; or after a pause.
    fn schedule_open(&mut self, pause: Duration) {
        self.effects.push(Effect::SetTimer(Timer::Open, pause));
    }

    fn schedule_retry(&mut self, timer: Timer, now: Now) {
        let longest = longest_pause(INITIAL_BACKOFF, MAX_BACKOFF, self.failures);
        self.failures = self.failures.saturating_add(1);
        self.effects.push(Effect::SetTimer(timer, longest.mul_f64(now.jitter)));
    }

    fn open_or_request(&mut self, now: Now) {
        let Some(cursor) = self.buffer.last_seq() else { return };
        self.start_watching(now);
        if self.election.is_leader() {
            self.open_from(cursor, now);
        } else {
            self.effects.push(Effect::Broadcast(TabMessage::RequestReplay(cursor)));
        }
    }

    fn open_from(&mut self, cursor: i64, now: Now) {
        self.sources.close_all(&mut self.effects);
        self.sources.open(cursor, now, &mut self.effects);
        self.start_watching(now);
        self.check_liveness(now);
    }

    fn handle_delivery(&mut self, id: u32, message: Option<StreamMessage>, now: Now) {
        if !self.sources.close_others(id, now, &mut self.effects) {
            return;
        }
        if let Some(message) = message {
            for seq in self.sources.take_skipped(id, &message) {
                self.receive_and_broadcast(StreamMessage::Skipped(seq), now);
            }
            self.receive_and_broadcast(message, now);
        }
    }

    fn receive_and_broadcast(&mut self, message: StreamMessage, now: Now) {
        self.effects.push(Effect::Broadcast(TabMessage::Stream(message.clone())));
        self.handle_stream_message(message, now);
    }

    /// Handles a message of the stream, in the leader or in another tab.
    fn handle_stream_message(&mut self, message: StreamMessage, now: Now) {
        self.last_heard = now.time;
        match message {
            StreamMessage::Ready(from) => {
                self.handle_open(now);
                self.request_missing(from.cursor);
            }
            StreamMessage::Reset(from) => {
                self.handle_open(now);
                self.buffer.restart_from(from.cursor);
                self.effects.push(Effect::ReloadViews);
            }
            StreamMessage::SessionEnded => self.end_session(now),
            message => {
                // A message has arrived on a tab that had given up.
                if matches!(self.connection, Connection::Reconnecting | Connection::Offline) {
                    self.handle_open(now);
                }
                self.dispatch(message);
            }
        }
    }

    fn dispatch(&mut self, message: StreamMessage) {
        match message {
            StreamMessage::Heartbeat(Cursor { cursor, at }) => {
                self.effects.extend(at.map(Effect::SetClock));
                self.request_missing(cursor);
            }
            StreamMessage::Event(envelope) => self.receive(envelope),
            StreamMessage::Skipped(seq) => self.receive(unknown_event(seq)),
            StreamMessage::Typing(typing) => self.effects.push(Effect::ShowTyping(typing)),
            StreamMessage::Presence(update) => self.effects.push(Effect::ShowPresence(update)),
            // `handle_stream_message` has handled these.
            StreamMessage::Ready(_) | StreamMessage::Reset(_) | StreamMessage::SessionEnded => {}
        }
    }

    /// Applies an event. Ignores events it has seen; reopens the stream from the last known event if one is missing in
    /// between.
    fn receive(&mut self, envelope: Envelope) {
        match self.buffer.last_seq() {
            Some(last) if envelope.seq <= last => {}
            Some(last) if envelope.seq > last + 1 => self.schedule_open(Duration::ZERO),
            _ => {
                self.buffer.push(envelope.clone());
                self.effects.push(Effect::ApplyEvent { envelope, is_leader: self.election.is_leader() });
            }
        }
    }

    /// Reopens the stream, or requests a replay, if this tab lacks events.
    fn request_missing(&mut self, head: i64) {
        if self.buffer.last_seq().is_some_and(|cursor| cursor < head) {
            self.schedule_open(Duration::ZERO);
        }
    }

    fn handle_open(&mut self, now: Now) {
        self.failures = 0;
        self.set_connection(Connection::Live, now);
        // The session may have begun again in another tab, after this one had stepped down.
        self.election.campaign(&mut self.effects);
        self.effects.push(Effect::ReportOpened);
    }

    /// Handles an error of a source. If the browser retries, shows the state only. If it gave up and no other source is
    /// still opening, diagnoses the cause: a source that is silent for long may stay so for ever.
    fn handle_source_error(&mut self, id: u32, closed_for_good: bool, now: Now) {
        if !self.sources.handle_error(id, closed_for_good, now, &mut self.effects) {
            return;
        }
        self.show_disconnected(now);
        if closed_for_good && self.sources.newest().is_none_or(|source| source.is_silent(now)) {
            self.effects.push(Effect::Diagnose);
        } else {
            self.check_liveness(now);
        }
    }

    fn handle_tab_message(&mut self, message: TabMessage, now: Now) {
        if self.election.is_leader() {
            return self.handle_message_to_leader(message, now);
        }
        match message {
            TabMessage::Stream(_) | TabMessage::Replayed(_) | TabMessage::Connection(_) | TabMessage::Pong => {
                self.election.record_message();
            }
            _ => {}
        }
        match message {
            TabMessage::Stream(message) => self.handle_stream_message(message, now),
            TabMessage::Replayed(envelope) => self.receive(envelope),
            TabMessage::Connection(connection) => self.adopt_connection(connection, now),
            _ => {}
        }
    }

    fn handle_message_to_leader(&mut self, message: TabMessage, now: Now) {
        match message {
            TabMessage::Replayed(envelope) => self.receive(envelope),
            TabMessage::RequestReplay(after) => self.replay_to_tabs(after, now),
            TabMessage::Ping => {
                self.effects.push(Effect::Broadcast(TabMessage::Pong));
                // A tab in the background depends on this prompt to check its stream: the browser may delay its own
                // timers.
                self.check_liveness(now);
            }
            // Sent by one leader to another while the lock changes hands, or meant for the outbox.
            _ => {}
        }
    }

    /// Sends the other tabs the events after this sequence number: from the buffer, or by reopening the stream from
    /// there.
    fn replay_to_tabs(&mut self, after: i64, now: Now) {
        self.effects.push(Effect::Broadcast(TabMessage::Connection(self.connection)));
        let Some(events) = self.buffer.events_after(after) else { return self.open_from(after, now) };
        self.effects.extend(events.into_iter().map(|envelope| {
            Effect::Broadcast(if envelope.event == Event::Unknown {
                TabMessage::Stream(StreamMessage::Skipped(envelope.seq))
            } else {
                TabMessage::Replayed(envelope)
            })
        }));
    }

    /// Adopts the connection state of the leader.
    fn adopt_connection(&mut self, connection: Connection, now: Now) {
        match connection {
            Connection::Live if self.connection == Connection::Live => {}
            Connection::Live => self.handle_open(now),
            Connection::SignedOut => self.end_session(now),
            disconnected => self.set_connection(disconnected, now),
        }
    }

    /// Shows that the page isn't live, and tells the other tabs. A page whose session has ended says only that,
    /// and one that is being left shows no error.
    fn show_disconnected(&mut self, now: Now) {
        if !self.may_watch() {
            return;
        }
        let connection = if now.is_online { Connection::Reconnecting } else { Connection::Offline };
        self.set_connection(connection, now);
        if self.election.is_leader() {
            self.effects.push(Effect::Broadcast(TabMessage::Connection(connection)));
        }
    }

    /// Sets the connection state if it differs: a screen reader would announce it again.
    fn set_connection(&mut self, connection: Connection, now: Now) {
        if self.connection != connection {
            self.connection = connection;
            self.effects.push(Effect::SetConnection(connection));
            // The end of a session stops the checks.
            self.start_watching(now);
        }
    }
}

fn unknown_event(seq: i64) -> Envelope {
    Envelope { seq, at: Timestamp::from_millis(0), event: Event::Unknown }
}
