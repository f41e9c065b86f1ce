//! The end of the session, real or apparent: the page stops, and asks the server who is signed in until it answers.
//!
//! A tab that stayed stopped after a failed request would be deaf without a visible cause: a stale response may have
//! said that the session had ended.

use super::{
    Tab,
    effect::{Effect, Timer},
    input::Now,
};
use crate::live::{state::Connection, tab_message::TabMessage};
use std::time::Duration;

impl Tab {
    /// Handles the end of the session: steps down, so that the tab in which a person signs in again leads.
    pub(super) fn end_session(&mut self, now: Now) {
        if self.election.is_leader() {
            self.effects.push(Effect::Broadcast(TabMessage::Connection(Connection::SignedOut)));
        }
        self.stop(now);
        self.is_signing_out = false;
        self.load_current_person();
    }

    /// Stops for a person who wants to sign out: who is signed in doesn't matter until they cancel it.
    pub(super) fn begin_sign_out(&mut self, now: Now) {
        self.stop(now);
        self.is_signing_out = true;
        self.effects.push(Effect::ClearTimer(Timer::CurrentPerson));
    }

    /// Resumes, because the page's person is signed in.
    pub(super) fn resume_session(&mut self, now: Now) {
        self.is_signing_out = false;
        self.set_connection(Connection::Live, now);
        self.election.campaign(&mut self.effects);
        self.schedule_open(Duration::ZERO);
    }

    /// Asks again who is signed in, if the page has stopped because the session seemed to have ended.
    pub(super) fn recheck_session(&mut self) {
        if self.may_recheck_session() {
            self.load_current_person();
        }
    }

    /// Asks again after a pause, because the server couldn't be reached.
    pub(super) fn schedule_session_recheck(&mut self, now: Now) {
        if self.may_recheck_session() {
            self.schedule_retry(Timer::CurrentPerson, now);
        }
    }

    fn may_recheck_session(&self) -> bool {
        self.connection == Connection::SignedOut && !self.is_signing_out
    }

    fn load_current_person(&mut self) {
        self.effects.extend([Effect::ClearTimer(Timer::CurrentPerson), Effect::LoadCurrentPerson]);
    }

    fn stop(&mut self, now: Now) {
        self.sources.close_all(&mut self.effects);
        self.election.step_down(&mut self.effects);
        self.stop_watching();
        self.failures = 0;
        self.set_connection(Connection::SignedOut, now);
    }
}
