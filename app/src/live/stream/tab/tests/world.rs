//! A browser with several tabs, and the server, in simulated time.

use super::{
    locks::{LockOwner, Locks},
    page::Page,
    simulated_server::{Connection as ServerConnection, Network, Server, SourceId},
};
use crate::live::{
    state::Connection,
    stream::tab::{Effect, Input, Now, Timer},
    tab_message::TabMessage,
};
use fastrand::Rng;
use model::Event;
use std::collections::{BTreeMap, VecDeque};

pub(super) const TABS: usize = 4;
/// Milliseconds that the leader has to answer a ping.
const PONG_TIMEOUT: u64 = 1_500;
/// Milliseconds of the timeouts of a diagnosis, and of a lock that the browser never grants.
pub(super) const REQUEST_TIMEOUT: u64 = 3_000;
/// Milliseconds of the longest request that asks who is signed in, with its repetitions.
const PERSON_TIMEOUT: u64 = 45_000;

/// What happens later.
#[derive(Clone, Debug)]
pub(super) enum Task {
    Input(Input),
    /// A timer elapses, unless it was set again in the meantime.
    Timer(Timer),
    /// The leader had time to answer a ping.
    Pong(u32),
    /// A message of another tab arrives, unless the channel was closed in the meantime.
    TabMessage {
        channel: u32,
        message: TabMessage,
    },
    /// The request that asks who is signed in ends.
    CurrentPerson(PersonRequest),
    Source(u32, SourceTask),
}

/// A request that asks who is signed in.
#[derive(Clone, Copy, Debug)]
pub(super) enum PersonRequest {
    Sent,
    TimedOut,
}

/// What happens later to an event source.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a test has memory to spare")]
pub(super) enum SourceTask {
    Connect,
    /// The server is due to send a heartbeat, unless the source was opened again.
    Heartbeat(u32),
    /// Input for the tab. The browser now knows events up to this number.
    Deliver(Option<Input>, i64),
}

pub(super) struct World {
    pub(super) seed: u64,
    pub(super) rng: Rng,
    /// Milliseconds since the start.
    pub(super) time: u64,
    /// Milliseconds by which the wall clock differs.
    pub(super) clock_offset: f64,
    pub(super) tasks: BTreeMap<(u64, u64), (usize, u32, Task)>,
    task_count: u64,
    pub(super) pages: Vec<Page>,
    pub(super) server: Server,
    pub(super) is_online: bool,
    pub(super) has_event_sources: bool,
    pub(super) locks: Locks,
    pub(super) lock_holder: Option<LockOwner>,
    pub(super) lock_queue: VecDeque<(usize, u32, u32)>,
    /// When the last message of each tab reaches each other tab.
    arrivals: [[u64; TABS]; TABS],
    /// Nested inputs that are being applied.
    depth: u32,
    pub(super) inputs: u64,
    /// Sources opened.
    pub(super) opened: u64,
    /// How often a tab has shown that it isn't live.
    pub(super) disconnections: u64,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let locks = match rng.u8(0..10) {
            0 => Locks::Missing,
            1 => Locks::NeverGranted,
            _ => Locks::Working,
        };
        let mut world = Self {
            seed,
            rng,
            time: 0,
            clock_offset: 1e12,
            tasks: BTreeMap::new(),
            task_count: 0,
            pages: (0..TABS).map(|_| Page::new(0)).collect(),
            server: Server::default(),
            is_online: true,
            has_event_sources: true,
            locks,
            lock_holder: None,
            lock_queue: VecDeque::new(),
            arrivals: [[0; TABS]; TABS],
            depth: 0,
            inputs: 0,
            opened: 0,
            disconnections: 0,
        };
        (0..TABS).for_each(|tab| world.load_document(tab));
        world
    }

    pub(super) fn schedule(&mut self, tab: usize, delay: u64, task: Task) -> u64 {
        self.task_count += 1;
        self.tasks.insert((self.time + delay, self.task_count), (tab, self.pages[tab].document, task));
        self.task_count
    }

    /// Lets time pass.
    pub(super) fn run_for(&mut self, duration: u64) {
        let end = self.time + duration;
        while let Some(entry) = self.tasks.first_entry().filter(|entry| entry.key().0 <= end) {
            let ((time, number), (tab, document, task)) = entry.remove_entry();
            self.time = time;
            if self.pages[tab].document == document {
                self.handle(tab, number, task);
            }
        }
        self.time = end;
    }

    fn handle(&mut self, tab: usize, number: u64, task: Task) {
        let page = &mut self.pages[tab];
        match task {
            // The server and the browser go on while the page doesn't.
            Task::Source(id, SourceTask::Connect) => self.connect(SourceId { tab, id }),
            Task::Source(id, SourceTask::Heartbeat(opened)) => self.send_heartbeat(SourceId { tab, id }, opened),
            Task::TabMessage { channel, .. } if channel != page.channel => {}
            Task::Timer(timer) if page.timers[timer as usize] != Some(number) => {}
            Task::Timer(timer) if !page.runs() => {
                page.timers[timer as usize] = None;
                page.deferred.push(Task::Timer(timer));
            }
            task if !page.runs() => page.deferred.push(task),
            Task::Timer(timer) => {
                page.timers[timer as usize] = None;
                self.apply(tab, Input::TimerElapsed(timer));
            }
            Task::Pong(messages) => self.apply(tab, Input::PongTimedOut(messages)),
            Task::Input(input) => self.apply(tab, input),
            Task::TabMessage { message, .. } => self.apply(tab, Input::TabMessageReceived(message)),
            Task::CurrentPerson(request) => self.handle_current_person(tab, request),
            Task::Source(id, SourceTask::Deliver(input, last_id)) => {
                let Some(connection) = self.server.find(SourceId { tab, id }) else { return };
                connection.last_id = connection.last_id.max(last_id);
                if let Some(input) = input {
                    self.apply(tab, input);
                }
            }
        }
    }

    /// Ends a request as `load_current_person` does: it fails at the first network error, and a page that is signing
    /// out ignores the result.
    fn handle_current_person(&mut self, tab: usize, request: PersonRequest) {
        if self.pages[tab].is_signing_out {
            return;
        }
        match (request, self.server.network) {
            (PersonRequest::Sent, Network::Up) if self.server.has_session => self.apply(tab, Input::SessionConfirmed),
            (PersonRequest::Sent, Network::Up) => {}
            (PersonRequest::Sent, Network::Silent) => {
                self.schedule(tab, PERSON_TIMEOUT, Task::CurrentPerson(PersonRequest::TimedOut));
            }
            (PersonRequest::Sent, Network::Refused) | (PersonRequest::TimedOut, _) => {
                self.apply(tab, Input::CurrentPersonUnknown);
            }
        }
    }

    pub(super) fn apply(&mut self, tab: usize, input: Input) {
        let now = Now {
            time: self.time as f64 + self.clock_offset,
            jitter: 0.5 + self.rng.f64() / 2.0,
            is_online: self.is_online,
            is_visible: self.pages[tab].is_visible,
        };
        self.inputs += 1;
        self.depth += 1;
        for effect in self.pages[tab].tab.on(input, now) {
            self.execute(tab, effect);
        }
        self.depth -= 1;
        if self.depth == 0 {
            self.check_page(tab);
        }
    }

    fn check_page(&self, tab: usize) {
        let page = &self.pages[tab];
        let open: Vec<u32> = self.server.connections_of(tab).map(|connection| connection.source.id).collect();
        let known: Vec<u32> = page.tab.sources.open.iter().map(|source| source.id).collect();
        assert_eq!(known, open, "the tab doesn't know its sources");
        assert!(open.is_empty() || page.tab.election.is_leader(), "a tab that doesn't lead has sources");
        let has_timers = page.timers != [None; 3];
        assert!(page.tab.is_joined() || page.is_disconnected || !has_timers, "a page that was left has timers");
        let shows_error = matches!(page.connection, Connection::Reconnecting | Connection::Offline);
        assert!(!page.is_disconnected || !shows_error, "a page that the person leaves shows an error");
        if page.connection == Connection::SignedOut {
            assert!(open.is_empty(), "a tab without a session has sources");
            assert!(page.timers[Timer::Watch as usize].is_none(), "a tab without a session checks its sources");
        }
        let has_lock = self.lock_holder.flatten().is_some_and(|(holder, ..)| holder == tab);
        assert!(!has_lock || !(page.is_left || page.connection == Connection::SignedOut) || self.waits_for_grant(tab));
    }

    /// Returns whether the browser has granted a lock, and the page hasn't handled it yet.
    fn waits_for_grant(&self, tab: usize) -> bool {
        let is_grant = |task: &Task| matches!(task, Task::Input(Input::LockGranted(_)));
        let scheduled = self.tasks.values().any(|(to, _, task)| *to == tab && is_grant(task));
        scheduled || self.pages[tab].deferred.iter().any(is_grant)
    }

    fn execute(&mut self, tab: usize, effect: Effect) {
        match effect {
            Effect::OpenSource { id, .. } if !self.has_event_sources => self.apply(tab, Input::SourceUnsupported(id)),
            Effect::OpenSource { id, after } => self.open_source(SourceId { tab, id }, after),
            Effect::CloseSource(id) => self.server.close(SourceId { tab, id }),
            Effect::SetTimer(timer, wait) => {
                self.clear_timer(tab, timer);
                let number = self.schedule_timer(tab, wait.as_millis() as u64, Task::Timer(timer));
                self.pages[tab].timers[timer as usize] = Some(number);
            }
            Effect::ClearTimer(timer) => self.clear_timer(tab, timer),
            Effect::Broadcast(message) => self.broadcast(tab, &message),
            Effect::CloseChannel => self.pages[tab].channel += 1,
            Effect::AwaitPong(messages) => {
                self.schedule_timer(tab, PONG_TIMEOUT, Task::Pong(messages));
            }
            Effect::RequestLock { id, steal } => self.request_lock(tab, id, steal),
            Effect::ReleaseLock => self.release_lock(tab),
            Effect::Diagnose => self.diagnose(tab),
            Effect::LoadCurrentPerson => {
                let latency = self.latency();
                self.schedule(tab, latency, Task::CurrentPerson(PersonRequest::Sent));
            }
            Effect::SetConnection(connection) => {
                self.pages[tab].connection = connection;
                self.disconnections += u64::from(connection != Connection::Live);
            }
            Effect::ApplyEvent { envelope, .. } => {
                let page = &mut self.pages[tab];
                assert_eq!(envelope.seq, page.cursor + 1, "an event is missing, or applied twice");
                let is_known = self.server.is_known(envelope.seq);
                assert_eq!(envelope.event != Event::Unknown, is_known, "the content of an event is lost");
                page.cursor = envelope.seq;
            }
            Effect::ReloadViews => {
                let page = &mut self.pages[tab];
                page.cursor = page.tab.buffer.last_seq().expect("a cursor");
            }
            Effect::ReportOpened | Effect::SetClock(_) | Effect::ShowTyping(_) | Effect::ShowPresence(_) => {}
        }
    }

    fn open_source(&mut self, source: SourceId, after: i64) {
        let page = &self.pages[source.tab];
        assert!(page.runs() && page.connection != Connection::SignedOut, "opened a source without a session");
        let latency = self.latency();
        self.server.connections.push(ServerConnection::new(source, after));
        assert!(self.server.connections_of(source.tab).count() <= 3, "too many sources");
        self.schedule(source.tab, latency, Task::Source(source.id, SourceTask::Connect));
        self.opened += 1;
    }

    /// Schedules a timer. In the background, a browser may let timers elapse once a second, long ones once a minute.
    fn schedule_timer(&mut self, tab: usize, wait: u64, task: Task) -> u64 {
        let due = self.time + wait;
        if !self.pages[tab].is_throttled {
            return self.schedule(tab, wait, task);
        }
        let unit = if wait < 1_000 { 1_000 } else { 60_000 };
        let number = self.schedule(tab, due.next_multiple_of(unit) - self.time, task);
        self.pages[tab].throttled.push((number, due));
        number
    }

    fn clear_timer(&mut self, tab: usize, timer: Timer) {
        let page = &mut self.pages[tab];
        page.timers[timer as usize] = None;
        page.deferred.retain(|task| !matches!(task, Task::Timer(deferred) if *deferred == timer));
    }

    pub(super) fn latency(&mut self) -> u64 {
        if self.server.is_slow && self.rng.u8(0..6) == 0 { self.rng.u64(1_000..6_000) } else { self.rng.u64(1..100) }
    }

    fn broadcast(&mut self, from: usize, message: &TabMessage) {
        let page = &self.pages[from];
        if page.is_left || page.is_muted || !page.tab.is_joined() {
            return;
        }
        for to in (0..TABS).filter(|to| *to != from) {
            let arrival = self.arrivals[from][to].max(self.time + self.rng.u64(0..20));
            self.arrivals[from][to] = arrival;
            let task = Task::TabMessage { channel: self.pages[to].channel, message: message.clone() };
            if self.pages[to].tab.is_joined() {
                self.schedule(to, arrival - self.time, task);
            }
        }
    }

    fn diagnose(&mut self, tab: usize) {
        let latency = self.latency();
        let (wait, input) = match (self.server.network, self.server.has_session) {
            (Network::Up, false) => (latency, Input::SessionEnded),
            (Network::Up, true) => (latency, Input::DiagnosisInconclusive),
            _ => (REQUEST_TIMEOUT, Input::DiagnosisInconclusive),
        };
        self.schedule(tab, wait.min(REQUEST_TIMEOUT), Task::Input(input));
    }
}
