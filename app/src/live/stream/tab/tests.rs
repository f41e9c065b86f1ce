//! Random sequences: tabs of one browser are shown, hidden, suspended, left and closed, over a network that goes silent
//! and breaks, and with sessions that end and begin again. A failing run prints its seed.

mod faults;
mod locks;
mod page;
mod simulated_server;
mod single_tab;
mod world;

use super::Input;
use crate::live::state::Connection;
use locks::Locks;
use simulated_server::Network;
use std::{num::NonZeroUsize, panic::resume_unwind, thread};
use world::{TABS, World};

const RUNS: u64 = 4_000;
/// Actions of a run, before the network heals.
const ACTIONS: usize = 120;
const SECOND: u64 = 1_000;
/// Seconds within which each visible tab has all events, once the network works. A hidden leader may wait for a minute
/// to open the stream again.
const RECOVERY_TIME: u64 = 90;
/// Seconds within which hidden tabs have them too: the browser lets their timers elapse once a minute.
const HIDDEN_RECOVERY_TIME: u64 = 600;
/// Seconds within which each visible tab shows that the network doesn't work. A source may take 20 s to open.
const DETECTION_TIME: u64 = 60;
/// Inputs of all tabs while nothing can be done: they ask each other every 5 s, and don't repeat at once what failed.
const MAX_INPUTS_PER_MINUTE: u64 = 400;

impl World {
    fn apply_random_action(&mut self) {
        let pause = [200, 3 * SECOND, 20 * SECOND][self.rng.usize(0..3)];
        let pause = self.rng.u64(0..pause);
        self.run_for(pause);
        let tab = self.rng.usize(0..TABS);
        let yes = self.rng.bool();
        match self.rng.u8(0..33) {
            0..=5 => {
                let is_known = self.rng.u8(0..6) > 0;
                self.publish(is_known);
            }
            6 => self.server.network = [Network::Up, Network::Silent, Network::Refused][self.rng.usize(0..3)],
            7 => self.server.network = Network::Up,
            8 => self.set_online(yes),
            9 => self.strand_connections(yes),
            10 => self.break_connections(yes),
            11 => self.end_session(),
            12..=13 => self.begin_session(tab),
            14..=17 => self.set_visible(tab, yes),
            18 => self.pages[tab].is_suspended = !self.pages[tab].is_left,
            19..=20 => self.resume(tab),
            21 => self.leave(tab),
            22 => self.load_document(tab),
            23 => self.steal_from_outside(),
            24 => self.clock_offset += [1.0, -1.0, 60.0, -60.0][self.rng.usize(0..4)] * 60_000.0 * self.rng.f64(),
            25 => {
                let cursor = (self.server.last_seq() - self.rng.i64(0..20)).max(0);
                self.load_view(tab, cursor);
            }
            26 => self.pages[tab].is_muted = yes,
            27 => self.sleep(),
            28 => self.begin_sign_out(),
            29 => self.cancel_sign_out(tab),
            // A response from before the session began.
            30 if self.pages[tab].runs() => self.apply(tab, Input::SessionEnded),
            31 => self.disconnect(tab),
            32 => self.server.deleted = self.server.last_seq() - self.rng.i64(0..=self.server.last_seq().min(10)),
            _ => {}
        }
    }

    fn set_online(&mut self, is_online: bool) {
        if std::mem::replace(&mut self.is_online, is_online) != is_online {
            let input = if is_online { Input::WentOnline } else { Input::WentOffline };
            (0..TABS).for_each(|tab| self.give(tab, input.clone()));
        }
    }

    fn steal_from_outside(&mut self) {
        if self.locks == Locks::Working {
            self.steal_lock(None);
        }
    }

    /// The machine sleeps, and its connections die.
    fn sleep(&mut self) {
        let running: Vec<usize> = (0..TABS).filter(|tab| self.pages[*tab].runs()).collect();
        running.iter().for_each(|tab| self.pages[*tab].is_suspended = true);
        self.strand_connections(true);
        let duration = self.rng.u64(0..100 * SECOND);
        self.run_for(duration);
        running.into_iter().for_each(|tab| self.resume(tab));
    }

    fn begin_sign_out(&mut self) {
        for tab in 0..TABS {
            self.pages[tab].is_signing_out = true;
            self.give(tab, Input::SignOutRequested);
        }
    }

    /// Cancels it in one tab. The others find out that the session goes on.
    fn cancel_sign_out(&mut self, tab: usize) {
        if std::mem::take(&mut self.pages[tab].is_signing_out) {
            self.give(tab, Input::SessionConfirmed);
        }
        for other in 0..TABS {
            if std::mem::take(&mut self.pages[other].is_signing_out) {
                self.give(other, Input::SessionEnded);
            }
        }
    }

    /// Ends what people and browsers do with the tabs. At least one of them is visible.
    fn settle_tabs(&mut self) {
        (0..TABS).for_each(|tab| self.pages[tab].is_muted = false);
        for tab in (0..TABS).filter(|tab| self.pages[*tab].is_disconnected).collect::<Vec<_>>() {
            self.load_document(tab);
        }
        let visible = self.rng.usize(0..TABS);
        for tab in 0..TABS {
            let choice = if tab == visible { 0 } else { self.rng.u8(0..5) };
            if choice != 4 {
                self.resume(tab);
            }
            self.set_visible(tab, choice < 2);
            match choice {
                3 => self.pages[tab].is_suspended = true,
                4 => self.leave(tab),
                _ => {}
            }
        }
        self.cancel_sign_out(visible);
    }

    fn visible_tabs(&self) -> impl Iterator<Item = usize> {
        (0..TABS).filter(|tab| self.pages[*tab].runs() && self.pages[*tab].is_visible)
    }

    fn running_tabs(&self) -> impl Iterator<Item = usize> {
        (0..TABS).filter(|tab| self.pages[*tab].runs())
    }

    /// Lets time pass until a condition holds.
    fn run_until(&mut self, seconds: u64, what: &str, condition: impl Fn(&Self) -> bool) -> u64 {
        let start = self.time;
        while !condition(self) {
            assert!(self.time < start + seconds * SECOND, "not within {seconds} s: {what}\n{}", self.describe());
            self.run_for(SECOND);
        }
        (self.time - start) / SECOND
    }

    fn describe(&self) -> String {
        let pages = self.pages.iter().map(|page| {
            format!(
                "visible {}, runs {}, {:?}, leader {}, sources {}, cursor {}\n",
                page.is_visible,
                page.runs(),
                page.connection,
                page.tab.election.is_leader(),
                page.tab.sources.open.len(),
                page.cursor,
            )
        });
        format!("{:?}, {} events\n{}", self.locks, self.server.last_seq(), pages.collect::<String>())
    }

    /// Without a network, visible tabs say so.
    fn check_outage(&mut self) {
        if self.rng.bool() {
            self.server.network = Network::Silent;
            self.strand_connections(true);
        } else {
            self.server.network = Network::Refused;
            self.break_connections(true);
        }
        let is_online = self.rng.bool();
        self.set_online(is_online);
        let expected = if is_online { Connection::Reconnecting } else { Connection::Offline };
        self.run_until(DETECTION_TIME, "shows the outage", |world| {
            world.visible_tabs().all(|tab| [expected, Connection::SignedOut].contains(&world.pages[tab].connection))
        });
    }

    /// Without a session, visible tabs say so.
    fn check_session_end(&mut self) {
        self.heal();
        self.end_session();
        self.run_until(RECOVERY_TIME, "shows the end of the session", |world| {
            world.visible_tabs().all(|tab| world.pages[tab].connection == Connection::SignedOut)
        });
    }

    fn heal(&mut self) {
        self.server.network = Network::Up;
        self.server.is_slow = false;
        self.set_online(true);
    }

    /// Signs in in a visible tab, if the session has ended, or had ended and a tab still says so.
    fn sign_in(&mut self) {
        let visible: Vec<usize> = self.visible_tabs().collect();
        let says_so = visible.iter().any(|tab| self.pages[*tab].connection == Connection::SignedOut);
        self.server.has_session &= !(self.server.has_ended && says_so);
        let tab = visible[self.rng.usize(0..visible.len())];
        self.begin_session(tab);
    }

    /// Each visible tab gets every event, and all of them stay with one stream.
    fn check_recovery(&mut self) -> u64 {
        self.heal();
        self.sign_in();
        for _ in 0..5 {
            self.publish(true);
        }
        let is_current = |world: &Self| world.visible_tabs().all(|tab| world.is_current(tab));
        let duration = self.run_until(RECOVERY_TIME, "recovers", is_current);
        self.run_until(HIDDEN_RECOVERY_TIME, "hidden tabs recover", |world| {
            world.running_tabs().all(|tab| world.is_current(tab))
        });
        // Their timers that were set before elapse.
        self.run_for(120 * SECOND);
        let (opened, disconnections) = (self.opened, self.disconnections);
        for _ in 0..10 {
            self.publish(true);
            self.run_for(2 * SECOND);
            assert!(is_current(self), "an event didn't arrive\n{}", self.describe());
            self.run_for(8 * SECOND);
        }
        self.publish(false);
        self.run_for(16 * SECOND);
        assert!(is_current(self), "an event of an unknown kind didn't arrive\n{}", self.describe());
        assert_eq!((self.opened, self.disconnections), (opened, disconnections), "a tab doubts a stream that works");
        self.check_leaders();
        duration
    }

    fn is_current(&self, tab: usize) -> bool {
        let page = &self.pages[tab];
        page.connection == Connection::Live && page.cursor == self.server.last_seq()
    }

    fn check_leaders(&self) {
        let leaders: Vec<usize> = self.running_tabs().filter(|tab| self.pages[*tab].tab.election.is_leader()).collect();
        assert!(leaders.iter().all(|tab| self.pages[*tab].tab.sources.open.len() == 1), "{}", self.describe());
        if self.locks == Locks::Working {
            assert_eq!(leaders.len(), 1, "one leader\n{}", self.describe());
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("GREENROOM_TEST_SEED={}", self.seed);
        }
    }
}

/// Returns the seeds of this many runs.
fn seeds(runs: u64) -> impl Iterator<Item = u64> {
    let first = std::env::var("GREENROOM_TEST_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| fastrand::u64(..));
    (0..runs).map(move |run| first.wrapping_add(run))
}

/// A page without a stream is as current as its last load, and must say so.
#[test]
fn in_a_browser_without_event_sources_every_visible_tab_shows_that_it_is_not_live() {
    for seed in seeds(RUNS / 10) {
        let mut world = World::new(seed);
        world.has_event_sources = false;
        (0..ACTIONS).for_each(|_| world.apply_random_action());
        world.settle_tabs();
        world.heal();
        world.sign_in();
        let shows_it =
            |world: &World| world.visible_tabs().all(|tab| world.pages[tab].connection == Connection::Reconnecting);
        world.run_until(RECOVERY_TIME, "shows that it isn't live", shows_it);
        let inputs = world.inputs;
        world.run_for(60 * SECOND);
        assert!(shows_it(&world), "{}", world.describe());
        assert!(world.inputs - inputs < MAX_INPUTS_PER_MINUTE, "{} inputs", world.inputs - inputs);
    }
}

/// Runs in one thread per processor: it is the longest of the unit tests.
#[test]
fn every_visible_tab_receives_every_event_once_and_in_order_whatever_happens() {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let seeds: Vec<u64> = seeds(RUNS).collect();
    let (inputs, longest) = thread::scope(|scope| {
        let runs: Vec<_> =
            seeds.chunks(seeds.len().div_ceil(threads)).map(|seeds| scope.spawn(|| run_worlds(seeds))).collect();
        runs.into_iter().fold((0, 0), |(inputs, longest), run| match run.join() {
            Ok((more, other)) => (inputs + more, other.max(longest)),
            Err(panic) => resume_unwind(panic),
        })
    });
    eprintln!("{inputs} inputs, recovered within {longest} s");
}

/// Returns the number of inputs, and the longest recovery in seconds.
fn run_worlds(seeds: &[u64]) -> (u64, u64) {
    let (mut inputs, mut longest) = (0, 0);
    for &seed in seeds {
        let mut world = World::new(seed);
        (0..ACTIONS).for_each(|_| world.apply_random_action());
        world.settle_tabs();
        if world.rng.bool() {
            world.check_outage();
        }
        if world.rng.u8(0..4) == 0 {
            world.check_session_end();
        }
        longest = longest.max(world.check_recovery());
        world.check_fault();
        inputs += world.inputs;
    }
    (inputs, longest)
}
