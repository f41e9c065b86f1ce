//! Checks whether messages still arrive: in the leader from its newest source, in the other tabs from the leader.

use super::{
    Tab,
    effect::{Effect, Timer},
    input::Now,
    sources::{HEARTBEAT_TIMEOUT, MAX_OPEN_TIMEOUT},
};
use crate::live::state::Connection;
use std::time::Duration;

/// Milliseconds between two probes of a silent leader by another tab.
const PROBE_INTERVAL: f64 = 5_000.0;
/// Milliseconds by which a check follows its timeout, because a browser's timer may elapse early.
const CHECK_DELAY: f64 = 50.0;

/// What a liveness check does.
enum Action {
    Wait(f64),
    /// The newest source is silent: open another.
    Race,
    /// This tab is not the leader, and the leader is silent: ping it.
    Probe,
}

impl Tab {
    /// Returns whether messages of the stream are expected.
    pub(super) fn may_watch(&self) -> bool {
        self.connection != Connection::SignedOut && self.election.is_joined()
    }

    /// Starts the liveness checks, unless they run.
    pub(super) fn start_watching(&mut self, now: Now) {
        if !self.is_watching && self.may_watch() {
            self.last_heard = now.time;
            self.is_watching = true;
            self.check_liveness(now);
        }
    }

    pub(super) fn stop_watching(&mut self) {
        if std::mem::take(&mut self.is_watching) {
            self.effects.push(Effect::ClearTimer(Timer::Watch));
        }
    }

    /// Checks whether the stream is alive, acts if not, and schedules the next check. Does nothing before the checks
    /// have started: a page that has just started, or has come back, can't have heard the leader yet.
    pub(super) fn check_liveness(&mut self, now: Now) {
        if !self.is_watching {
            return;
        }
        let wait = match self.next_action(now) {
            Action::Wait(wait) => wait,
            Action::Race => {
                self.show_disconnected(now);
                let Some(cursor) = self.buffer.last_seq() else { return self.stop_watching() };
                self.sources.open(cursor, now, &mut self.effects);
                self.sources.newest().map_or(MAX_OPEN_TIMEOUT, |source| source.timeout)
            }
            Action::Probe => {
                self.show_disconnected(now);
                // A hidden tab leaves probing to the others: the browser may delay its timers.
                if now.is_visible {
                    self.election.probe_leader(&mut self.effects);
                }
                PROBE_INTERVAL
            }
        };
        let wait = Duration::from_millis((wait.max(0.0) + CHECK_DELAY) as u64);
        self.effects.push(Effect::SetTimer(Timer::Watch, wait));
    }

    fn next_action(&self, now: Now) -> Action {
        let (silent_time, timeout, act) = match self.sources.newest() {
            Some(newest) if self.election.is_leader() => (newest.silent_time(now), newest.timeout, Action::Race),
            _ if self.election.is_leader() => return Action::Wait(MAX_OPEN_TIMEOUT),
            _ => (now.elapsed_since(self.last_heard), HEARTBEAT_TIMEOUT, Action::Probe),
        };
        if silent_time > timeout { act } else { Action::Wait(timeout - silent_time) }
    }
}
