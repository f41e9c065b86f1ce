//! Single faults of a browser in which everything works: how fast the tabs recover.

use super::{
    SECOND,
    locks::Locks,
    simulated_server::Network,
    world::{TABS, World},
};
use crate::live::{state::Connection, stream::tab::Input};

/// A silent stream is noticed after 17.5 s, and replaced.
const SILENCE: u64 = 19;
/// A silent leader is noticed after 17.5 s, pinged, and replaced after 1.5 s.
const LEADER_SILENCE: u64 = 21;
const HOURS: f64 = 3_600_000.0;

impl World {
    /// Lets one thing fail.
    pub(super) fn check_fault(&mut self) {
        if self.locks != Locks::Working {
            return;
        }
        let (leader, follower) = self.settle_all_tabs();
        match self.rng.u8(0..16) {
            0 => self.check_dead_connection(),
            1 => self.check_broken_connection(),
            2 => self.check_closed_connection(),
            3 => self.check_suspended_leader(leader),
            4 => self.check_closed_leader(leader),
            5 => self.check_left_leader(leader, follower),
            6 => self.check_new_tab(leader, follower),
            7 => self.check_stolen_lock(follower),
            8 => self.check_lost_broadcast(leader),
            9 => self.check_sleep(),
            10 => self.check_stale_session_end(),
            11 => self.check_offline(),
            12 => self.check_silent_network(),
            13 => self.check_refused_requests(leader),
            14 => self.check_unanswered_session_end(follower),
            _ => self.check_new_session(follower),
        }
    }

    /// Lets all tabs run. Returns the leader, and another tab, which is visible.
    fn settle_all_tabs(&mut self) -> (usize, usize) {
        let follower = self.rng.usize(0..TABS);
        for tab in 0..TABS {
            self.resume(tab);
            let is_visible = tab == follower || self.rng.bool();
            self.set_visible(tab, is_visible);
        }
        self.check_recovery();
        let leader = (0..TABS).find(|tab| self.pages[*tab].tab.election.is_leader()).expect("a leader");
        let follower = if leader == follower { (leader + 1) % TABS } else { follower };
        self.set_visible(follower, true);
        (leader, follower)
    }

    /// Each visible tab receives an event, and is live.
    fn expect_event(&mut self, seconds: u64, what: &str) {
        self.publish(true);
        self.run_until(seconds, what, |world| world.visible_tabs().all(|tab| world.is_current(tab)));
    }

    fn expect_connection(&self, connection: Connection) {
        let shown = self.visible_tabs().all(|tab| self.pages[tab].connection == connection);
        assert!(shown, "shows another connection state than {connection:?}\n{}", self.describe());
    }

    fn leave_all_but(&mut self, remaining: usize) {
        (0..TABS).filter(|tab| *tab != remaining).for_each(|tab| self.leave(tab));
    }

    fn check_dead_connection(&mut self) {
        self.strand_connections(true);
        self.expect_event(SILENCE, "replaces a dead connection");
    }

    fn check_broken_connection(&mut self) {
        let opened = self.opened;
        self.fail_all(false);
        self.run_for(200);
        self.expect_connection(Connection::Reconnecting);
        self.expect_event(6, "reconnects");
        assert_eq!(self.opened, opened, "opens a source although the browser reconnects");
    }

    fn check_closed_connection(&mut self) {
        self.fail_all(true);
        self.run_for(200);
        self.expect_connection(Connection::Reconnecting);
        self.expect_event(2, "opens a new source");
    }

    fn check_suspended_leader(&mut self, leader: usize) {
        self.pages[leader].is_suspended = true;
        self.strand_connections(true);
        self.expect_event(LEADER_SILENCE, "replaces a suspended leader");
        self.set_visible(leader, true);
        self.resume(leader);
        // It may show for a moment that its own stream was silent, and say so to the other tabs.
        self.run_until(2, "the former leader catches up", |world| {
            world.visible_tabs().all(|tab| world.pages[tab].cursor == world.server.last_seq())
        });
        self.run_for(15 * SECOND);
        self.leave_all_but(leader);
        self.expect_event(3, "the former leader leads again");
    }

    fn check_closed_leader(&mut self, leader: usize) {
        self.load_document(leader);
        self.expect_event(3, "replaces a closed leader");
    }

    fn check_left_leader(&mut self, leader: usize, follower: usize) {
        self.leave(leader);
        self.expect_event(3, "replaces a leader that was left");
        self.resume(leader);
        self.set_visible(leader, true);
        self.expect_event(2, "a page that comes back catches up");
        self.leave(follower);
        self.publish(true);
        self.run_for(SECOND);
        self.resume(follower);
        self.run_for(SECOND);
        self.expect_connection(Connection::Live);
        assert!(self.is_current(follower), "misses an event from before it came back\n{}", self.describe());
    }

    fn check_new_tab(&mut self, leader: usize, follower: usize) {
        let (opened, disconnections) = (self.opened, self.disconnections);
        self.load_document_at(follower, self.server.last_seq());
        self.expect_event(1, "a new tab receives events");
        self.run_for(5 * SECOND);
        assert!(self.pages[leader].tab.election.is_leader(), "a new tab takes the lead\n{}", self.describe());
        assert_eq!((self.opened, self.disconnections), (opened, disconnections), "a new tab disturbs the stream");
    }

    /// A page that no longer runs holds the lock.
    fn check_stolen_lock(&mut self, follower: usize) {
        self.steal_lock(None);
        if self.rng.bool() {
            self.expect_event(LEADER_SILENCE, "takes the lock back");
        } else {
            self.leave_all_but(follower);
            self.load_document(follower);
            self.expect_event(3, "takes the lock at the start");
        }
    }

    fn check_lost_broadcast(&mut self, leader: usize) {
        self.pages[leader].is_muted = true;
        self.publish(true);
        self.run_for(100);
        self.pages[leader].is_muted = false;
        if self.rng.bool() {
            self.expect_event(1, "requests a missing event");
        } else {
            self.run_until(16, "misses an event at a heartbeat", |world| {
                world.visible_tabs().all(|tab| world.is_current(tab))
            });
        }
    }

    /// The machine sleeps: timers stop, and connections die.
    fn check_sleep(&mut self) {
        self.strand_connections(true);
        self.clock_offset += 8.0 * HOURS;
        let visible: Vec<usize> = self.visible_tabs().collect();
        visible.into_iter().for_each(|tab| self.give(tab, Input::BecameVisible));
        self.expect_event(2, "recovers after sleep");
    }

    /// A response from before the session began says that there is none.
    fn check_stale_session_end(&mut self) {
        let tab = self.rng.usize(0..TABS);
        self.give(tab, Input::SessionEnded);
        self.expect_event(3, "finds out that the session goes on");
    }

    /// To the only tab the session seems to have ended, and it can't reach the server to ask for a while.
    fn check_unanswered_session_end(&mut self, tab: usize) {
        self.leave_all_but(tab);
        self.server.network = Network::Refused;
        self.give(tab, Input::SessionEnded);
        self.run_for(60 * SECOND);
        self.expect_connection(Connection::SignedOut);
        self.server.network = Network::Up;
        match self.rng.u8(0..3) {
            0 => self.expect_event(25, "asks again who is signed in"),
            1 => {
                self.give(tab, Input::WentOnline);
                self.expect_event(2, "asks who is signed in when it is online");
            }
            _ => {
                self.give(tab, Input::BecameVisible);
                self.expect_event(2, "asks who is signed in when it becomes visible");
            }
        }
    }

    fn check_offline(&mut self) {
        self.server.network = Network::Silent;
        self.strand_connections(true);
        self.set_online(false);
        self.expect_connection(Connection::Offline);
        self.run_for(3 * SECOND);
        self.server.network = Network::Up;
        self.set_online(true);
        self.expect_event(2, "reconnects once the browser is online");
    }

    fn check_silent_network(&mut self) {
        self.server.network = Network::Silent;
        self.strand_connections(true);
        self.run_for(20 * SECOND);
        self.expect_connection(Connection::Reconnecting);
        self.server.network = Network::Up;
        self.expect_event(12, "reconnects once the network works");
    }

    fn check_refused_requests(&mut self, leader: usize) {
        self.set_visible(leader, true);
        self.server.network = Network::Refused;
        self.fail_all(true);
        self.run_for(60 * SECOND);
        self.expect_connection(Connection::Reconnecting);
        assert!(self.pages[leader].tab.election.is_leader(), "another tab can't do better\n{}", self.describe());
        self.server.network = Network::Up;
        self.expect_event(25, "reconnects once requests are accepted");
    }

    /// The session ends, and begins again in another tab.
    fn check_new_session(&mut self, follower: usize) {
        self.end_session();
        self.run_until(8, "shows the end of the session", |world| {
            world.visible_tabs().all(|tab| world.pages[tab].connection == Connection::SignedOut)
        });
        // The next leader finds out too.
        self.run_for(15 * SECOND);
        self.set_online(false);
        self.expect_connection(Connection::SignedOut);
        self.set_online(true);
        let (absent, other) = ((follower + 1) % TABS, (follower + 2) % TABS);
        self.leave(absent);
        self.set_visible(other, true);
        self.begin_session(follower);
        self.expect_event(3, "follows the new session");
        self.resume(absent);
        self.set_visible(absent, true);
        self.expect_event(2, "a page that comes back follows the new session");
        self.leave(follower);
        self.expect_event(3, "any tab may lead the new session");
    }
}
