//! The server, which numbers events, and its connections to the event sources.

use super::world::{SourceTask, Task, World};
use crate::live::{
    stream::tab::Input,
    tab_message::{Cursor, StreamMessage},
};
use model::{ConversationId, Envelope, Event, PersonId, Timestamp};
use uuid::Uuid;

/// Milliseconds between two heartbeats.
const HEARTBEAT_INTERVAL: u64 = 15_000;
/// Milliseconds after which a browser reconnects by itself.
const RETRY_DELAY: u64 = 5_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network {
    Up,
    /// Requests get no response.
    Silent,
    /// Requests fail at once.
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SourceId {
    pub(super) tab: usize,
    pub(super) id: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not connected, or waiting to reconnect.
    Connecting,
    Open,
    /// Open for the browser, but nothing arrives any more.
    Dead,
}

pub(super) struct Connection {
    pub(super) source: SourceId,
    state: State,
    /// The last event that the browser knows of: it reconnects from there.
    pub(super) last_id: i64,
    /// When the last message sent arrives.
    arrival: u64,
    /// How many times it was opened.
    opened: u32,
}

impl Connection {
    pub(super) fn new(source: SourceId, after: i64) -> Self {
        Self { source, state: State::Connecting, last_id: after, arrival: 0, opened: 0 }
    }
}

pub(super) struct Server {
    pub(super) network: Network,
    /// Whether some responses take seconds, and new connections may be dead.
    pub(super) is_slow: bool,
    pub(super) has_session: bool,
    /// Whether a session has ended.
    pub(super) has_ended: bool,
    /// For each event, whether pages know its kind.
    kinds: Vec<bool>,
    /// Events up to this number were deleted.
    pub(super) deleted: i64,
    pub(super) connections: Vec<Connection>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            network: Network::Up,
            is_slow: true,
            has_session: true,
            has_ended: false,
            kinds: Vec::new(),
            deleted: 0,
            connections: Vec::new(),
        }
    }
}

impl Server {
    pub(super) fn last_seq(&self) -> i64 {
        self.kinds.len() as i64
    }

    pub(super) fn is_known(&self, seq: i64) -> bool {
        self.kinds[seq as usize - 1]
    }

    pub(super) fn find(&mut self, source: SourceId) -> Option<&mut Connection> {
        self.connections.iter_mut().find(|connection| connection.source == source)
    }

    pub(super) fn connections_of(&self, tab: usize) -> impl Iterator<Item = &Connection> {
        self.connections.iter().filter(move |connection| connection.source.tab == tab)
    }

    pub(super) fn close(&mut self, source: SourceId) {
        self.connections.retain(|connection| connection.source != source);
    }
}

impl World {
    pub(super) fn connect(&mut self, source: SourceId) {
        let is_dead = self.server.is_slow && self.rng.u8(0..8) == 0;
        let is_final = self.rng.bool();
        let (network, has_session) = (self.server.network, self.server.has_session);
        let (head, deleted) = (self.server.last_seq(), self.server.deleted);
        let Some(connection) = self.server.find(source) else { return };
        match network {
            Network::Refused => self.fail(source, is_final),
            Network::Up if !is_dead && !has_session => self.fail(source, true),
            Network::Up if !is_dead => {
                connection.state = State::Open;
                connection.opened += 1;
                let heartbeat = Task::Source(source.id, SourceTask::Heartbeat(connection.opened));
                let after = connection.last_id;
                if after < deleted {
                    self.send(source, Some(StreamMessage::Reset(Cursor { cursor: head, at: None })), head);
                } else {
                    self.send(source, Some(StreamMessage::Ready(Cursor { cursor: after, at: None })), after);
                    (after + 1..=head).for_each(|seq| self.send_event(source, seq));
                }
                self.schedule(source.tab, HEARTBEAT_INTERVAL, heartbeat);
            }
            _ => connection.state = State::Dead,
        }
    }

    /// Ends a connection with an error, after which the browser reconnects or gives up.
    fn fail(&mut self, source: SourceId, closed_for_good: bool) {
        if let Some(connection) = self.server.find(source) {
            connection.state = State::Connecting;
            let (last_id, delay) = (connection.last_id, connection.arrival.saturating_sub(self.time));
            let input = Input::SourceFailed { id: source.id, closed_for_good };
            self.schedule(source.tab, delay, Task::Source(source.id, SourceTask::Deliver(Some(input), last_id)));
            if !closed_for_good {
                self.schedule(source.tab, RETRY_DELAY + delay, Task::Source(source.id, SourceTask::Connect));
            }
        }
    }

    fn send(&mut self, source: SourceId, message: Option<StreamMessage>, last_id: i64) {
        let delay = self.rng.u64(1..50);
        let is_parsed = self.rng.bool();
        let time = self.time;
        if let Some(connection) = self.server.find(source).filter(|connection| connection.state == State::Open) {
            connection.arrival = connection.arrival.max(time + delay);
            let delay = connection.arrival - time;
            // The page has no listener for an unknown kind, or can't parse the event.
            let input = match message {
                None if is_parsed => None,
                message => Some(Input::SourceDelivered(source.id, message)),
            };
            self.schedule(source.tab, delay, Task::Source(source.id, SourceTask::Deliver(input, last_id)));
        }
    }

    fn send_event(&mut self, source: SourceId, seq: i64) {
        let unknown = Uuid::from_u128(0);
        let event = Event::ConversationRead {
            conversation_id: ConversationId(unknown),
            user_id: PersonId(unknown),
            read_seq: seq,
            unread: 0,
        };
        let envelope = Envelope { seq, at: Timestamp::from_millis(0), event };
        let message = self.server.is_known(seq).then_some(StreamMessage::Event(envelope));
        self.send(source, message, seq);
    }

    pub(super) fn send_heartbeat(&mut self, source: SourceId, opened: u32) {
        let cursor = self.server.last_seq();
        let is_current = |connection: &mut Connection| connection.state == State::Open && connection.opened == opened;
        if self.server.find(source).is_some_and(is_current) {
            let message = StreamMessage::Heartbeat(Cursor { cursor, at: Some(Timestamp::from_millis(0)) });
            self.send(source, Some(message), 0);
            self.schedule(source.tab, HEARTBEAT_INTERVAL, Task::Source(source.id, SourceTask::Heartbeat(opened)));
        }
    }

    fn sources(&self) -> Vec<SourceId> {
        self.server.connections.iter().map(|connection| connection.source).collect()
    }

    fn is_connected(&mut self, source: SourceId) -> bool {
        self.server.find(source).is_some_and(|connection| connection.state != State::Connecting)
    }

    /// Records an event, and sends it on all streams.
    pub(super) fn publish(&mut self, is_known: bool) {
        self.server.kinds.push(is_known);
        let seq = self.server.last_seq();
        self.sources().into_iter().for_each(|source| self.send_event(source, seq));
    }

    /// Lets some of the connections die, or all.
    pub(super) fn strand_connections(&mut self, all: bool) {
        for connection in self.server.connections.iter_mut().filter(|connection| connection.state == State::Open) {
            if all || self.rng.bool() {
                connection.state = State::Dead;
            }
        }
    }

    /// Breaks some of the connections, or all.
    pub(super) fn break_connections(&mut self, all: bool) {
        for source in self.sources() {
            if (all || self.rng.bool()) && self.is_connected(source) {
                let closed_for_good = self.rng.u8(0..4) == 0;
                self.fail(source, closed_for_good);
            }
        }
    }

    /// Breaks all connections: the browser reconnects, or gives up.
    pub(super) fn fail_all(&mut self, closed_for_good: bool) {
        self.sources().into_iter().for_each(|source| self.fail(source, closed_for_good));
    }

    /// Ends the session. The streams may say so before they break.
    pub(super) fn end_session(&mut self) {
        (self.server.has_session, self.server.has_ended) = (false, true);
        let says_so = self.rng.bool();
        for source in self.sources() {
            let is_open = self.server.find(source).is_some_and(|connection| connection.state == State::Open);
            if is_open && says_so {
                self.send(source, Some(StreamMessage::SessionEnded), 0);
            }
            if is_open {
                self.fail(source, false);
            }
        }
    }

    /// Begins a session, by signing in in this tab, if the last one has ended.
    pub(super) fn begin_session(&mut self, tab: usize) {
        if !std::mem::replace(&mut self.server.has_session, true) {
            self.load_document(tab);
        }
    }
}
