//! Leader election among the tabs of one browser, which share one stream. The tab that holds the lock has the stream
//! open and broadcasts its messages; when that tab goes, the browser grants the lock to the next. Over HTTP/1.1 a
//! browser has six connections to a site, for all tabs together.
//!
//! In a browser without locks or channels the lock is refused, and each tab leads: it has a stream of its own.

use super::effect::Effect;
use crate::live::tab_message::TabMessage;

/// What a tab knows about the leader.
#[derive(Default)]
pub(super) struct Election {
    /// Whether this page takes part: not while it is being left.
    is_joined: bool,
    /// The lock that this tab holds or waits for.
    lock: Option<u32>,
    last_lock: u32,
    is_leader: bool,
    /// The number of messages received from the leader. Unlike times, numbers stay in order when the clock is set.
    messages: u32,
}

impl Election {
    pub(super) fn is_joined(&self) -> bool {
        self.is_joined
    }

    /// Returns whether this tab holds the stream.
    pub(super) fn is_leader(&self) -> bool {
        self.is_leader
    }

    /// Joins the tabs of the same person. A tab that hears no leader takes over: the lock may be held by a page that no
    /// longer runs.
    pub(super) fn join(&mut self, effects: &mut Vec<Effect>) {
        self.is_joined = true;
        self.campaign(effects);
        self.probe_leader(effects);
    }

    pub(super) fn leave(&mut self, effects: &mut Vec<Effect>) {
        self.step_down(effects);
        self.is_joined = false;
        effects.push(Effect::CloseChannel);
    }

    /// Requests the lock, unless this tab holds it or already waits for it.
    pub(super) fn campaign(&mut self, effects: &mut Vec<Effect>) {
        if self.is_joined && self.lock.is_none() && !self.is_leader {
            self.request_lock(false, effects);
        }
    }

    /// Releases the lock, so that another tab leads.
    pub(super) fn step_down(&mut self, effects: &mut Vec<Effect>) {
        self.is_leader = false;
        if self.lock.take().is_some() {
            effects.push(Effect::ReleaseLock);
        }
    }

    fn request_lock(&mut self, steal: bool, effects: &mut Vec<Effect>) {
        // One request per tab: withdraws the previous one.
        self.step_down(effects);
        self.last_lock += 1;
        self.lock = Some(self.last_lock);
        effects.push(Effect::RequestLock { id: self.last_lock, steal });
    }

    /// Makes this tab the leader once it has the lock. Returns whether it still wants this lock.
    pub(super) fn accept_lock(&mut self, id: u32) -> bool {
        let is_current = self.lock == Some(id);
        self.is_leader |= is_current;
        is_current
    }

    /// Forgets a lock that another tab has stolen. Returns whether it was this tab's.
    pub(super) fn lose_lock(&mut self, id: u32) -> bool {
        let is_current = self.lock == Some(id);
        if is_current {
            (self.lock, self.is_leader) = (None, false);
        }
        is_current
    }

    /// Makes this tab a leader without a lock: the browser grants none. Returns whether it still wants this lock.
    pub(super) fn lead_without_lock(&mut self, id: u32) -> bool {
        let is_current = self.lose_lock(id);
        self.is_leader |= is_current;
        is_current
    }

    pub(super) fn record_message(&mut self) {
        self.messages = self.messages.wrapping_add(1);
    }

    /// Pings the leader, and steals the lock if no answer arrives. Each call steals it at most once, so that two tabs
    /// don't steal it from each other in turn.
    pub(super) fn probe_leader(&mut self, effects: &mut Vec<Effect>) {
        effects.extend([Effect::Broadcast(TabMessage::Ping), Effect::AwaitPong(self.messages)]);
    }

    /// Steals the lock if the leader has sent nothing since it was pinged.
    pub(super) fn handle_pong_timeout(&mut self, messages: u32, effects: &mut Vec<Effect>) {
        if self.messages == messages && !self.is_leader && self.is_joined {
            self.request_lock(true, effects);
        }
    }
}
