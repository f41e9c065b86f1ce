//! Random sequences: tabs of one browser share storage, a lock and broadcasts, over a network that loses requests and
//! responses. A failing run prints its seed.

use super::*;
use fastrand::Rng;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const TABS: usize = 3;
const CONVERSATIONS: u128 = 2;
const RUNS: u64 = 4_000;
/// Actions of a run, before everything that is due happens.
const STEPS: usize = 120;

/// A tab: its queue, and what it hasn't handled yet.
#[derive(Default)]
struct Tab {
    queue: Queue,
    broadcasts: VecDeque<Input>,
    events: VecDeque<ClientId>,
    delivered: BTreeSet<ClientId>,
    requests: Vec<PendingMessage>,
    waits_for_lock: bool,
    holds_lock: bool,
    timer: bool,
}

/// A browser with several tabs, and the server.
struct Browser {
    seed: u64,
    rng: Rng,
    tabs: Vec<Tab>,
    /// Stored messages by storage key.
    stored: BTreeMap<u32, PendingMessage>,
    last_key: u32,
    /// What the server has accepted, in order.
    accepted: Vec<(ConversationId, ClientId)>,
    /// What the server refused for good; those wait for the person.
    refused: BTreeSet<ClientId>,
    discarded: BTreeSet<ClientId>,
    /// What was written, with the tab in which it was.
    written: Vec<(usize, ConversationId, ClientId)>,
}

impl Browser {
    fn new(seed: u64) -> Self {
        Self {
            seed,
            rng: Rng::with_seed(seed),
            tabs: (0..TABS).map(|_| Tab::default()).collect(),
            stored: BTreeMap::new(),
            last_key: 0,
            accepted: Vec::new(),
            refused: BTreeSet::new(),
            discarded: BTreeSet::new(),
            written: Vec::new(),
        }
    }

    fn apply(&mut self, tab: usize, input: Input) {
        if let Input::Delivered(id) = input {
            self.tabs[tab].delivered.insert(id);
        }
        for effect in self.tabs[tab].queue.on(input) {
            self.execute(tab, effect);
        }
        self.check_tab(&self.tabs[tab]);
    }

    fn check_tab(&self, tab: &Tab) {
        let entries = tab.queue.entries();
        assert!(tab.requests.len() <= 1, "two requests of one tab run at once");
        assert!(entries.is_sorted_by_key(|entry| entry.storage_key), "not in the order of writing: {entries:?}");
        assert!(!entries.iter().any(|entry| tab.delivered.contains(&entry.client_id)), "delivered, and pending");
    }

    fn execute(&mut self, tab: usize, effect: Effect) {
        match effect {
            Effect::RequestLock => self.tabs[tab].waits_for_lock = true,
            Effect::ReleaseLock => self.tabs[tab].holds_lock = false,
            Effect::Send(entry) => {
                assert!(self.tabs[tab].holds_lock, "sent without the lock");
                self.tabs[tab].requests.push(entry);
            }
            Effect::BroadcastPending(entry) => self.broadcast(tab, &Input::Adopted(entry)),
            Effect::BroadcastRemoved(client_id) => self.broadcast(tab, &Input::Removed(client_id)),
            Effect::UpdateStored(entry) => {
                let key = entry.storage_key.expect("a stored message");
                self.stored.entry(key).and_modify(|stored| *stored = entry);
            }
            Effect::RemoveStored(key) => drop(self.stored.remove(&key)),
            Effect::RetryAfter(_) | Effect::RetryWithin(_) => self.tabs[tab].timer = true,
            Effect::EndSession => panic!("no session has ended"),
        }
    }

    fn broadcast(&mut self, from: usize, input: &Input) {
        let others = self.tabs.iter_mut().enumerate().filter(|(index, _)| *index != from);
        others.for_each(|(_, tab)| tab.broadcasts.push_back(input.clone()));
    }

    fn write(&mut self, tab: usize) {
        let client_id = ClientId(Uuid::from_u128(self.written.len() as u128));
        let conversation_id = ConversationId(Uuid::from_u128(self.rng.u128(0..CONVERSATIONS)));
        self.last_key += 1;
        let entry = PendingMessage {
            storage_key: Some(self.last_key),
            conversation_id,
            client_id,
            body: String::new(),
            state: SendState::Sending,
        };
        self.stored.insert(self.last_key, entry.clone());
        self.written.push((tab, conversation_id, client_id));
        self.apply(tab, Input::Written(entry));
    }

    /// Closes a tab and opens another, which reads the storage.
    fn reload(&mut self, tab: usize) {
        for entry in std::mem::take(&mut self.tabs[tab]).requests {
            // The server may get the request all the same.
            if self.rng.bool() {
                self.accept(&entry);
            }
        }
        for entry in self.stored.values().cloned().collect::<Vec<_>>() {
            let state = if entry.is_rejected() { entry.state.clone() } else { SendState::Sending };
            self.apply(tab, Input::Adopted(PendingMessage { state, ..entry }));
        }
    }

    fn accept(&mut self, entry: &PendingMessage) {
        let message = (entry.conversation_id, entry.client_id);
        if !self.accepted.contains(&message) {
            self.accepted.push(message);
            self.tabs.iter_mut().for_each(|tab| tab.events.push_back(entry.client_id));
        }
    }

    /// Grants the lock to a tab that waits for it, if no other holds it or `steal` is set.
    fn grant_lock(&mut self, tab: usize, steal: bool) {
        let holder = self.tabs.iter().position(|tab| tab.holds_lock);
        if !self.tabs[tab].waits_for_lock || (holder.is_some() && !steal) {
            return;
        }
        if let Some(holder) = holder {
            self.tabs[holder].holds_lock = false;
            self.apply(holder, Input::LockLost);
        }
        (self.tabs[tab].waits_for_lock, self.tabs[tab].holds_lock) = (false, true);
        self.apply(tab, Input::LockGranted);
    }

    fn answer(&mut self, tab: usize, reliable: bool) {
        let Some(entry) = self.tabs[tab].requests.pop() else { return };
        let answer = match if reliable { 0 } else { self.rng.u8(0..6) } {
            0..=2 => {
                self.accept(&entry);
                Ok(())
            }
            3 => {
                self.accept(&entry);
                Err(RequestError::Network)
            }
            4 => Err(RequestError::Network),
            _ if self.accepted.contains(&(entry.conversation_id, entry.client_id)) => Ok(()),
            _ => {
                self.refused.insert(entry.client_id);
                Err(RequestError::Refused(ApiError::NotFound))
            }
        };
        let waits = answer == Err(RequestError::Network);
        self.apply(tab, Input::Answered(entry.client_id, answer));
        assert!(!waits || self.tabs[tab].requests.is_empty(), "sent at once after a failure");
    }

    fn take_turn(&mut self) {
        let tab = self.rng.usize(0..TABS);
        match self.rng.u8(0..22) {
            0..=2 => self.write(tab),
            3..=6 => drop(self.tabs[tab].broadcasts.pop_front().map(|input| self.apply(tab, input))),
            7..=8 => drop(self.tabs[tab].events.pop_front().map(|id| self.apply(tab, Input::Delivered(id)))),
            9..=12 => self.answer(tab, false),
            13..=15 => self.grant_lock(tab, false),
            16 => self.grant_lock(tab, true),
            17 if std::mem::take(&mut self.tabs[tab].timer) => self.apply(tab, Input::RetryDue),
            18 => self.reload(tab),
            19 => self.settle_refused(tab),
            20 => self.leave(tab),
            21 => self.apply(tab, Input::RetryDue),
            _ => {}
        }
    }

    /// Leaves the page of a tab for a while: it loses the lock, or no longer waits for it. The stream opens again later.
    fn leave(&mut self, tab: usize) {
        let state = &mut self.tabs[tab];
        state.timer = true;
        if std::mem::take(&mut state.holds_lock) | std::mem::take(&mut state.waits_for_lock) {
            self.apply(tab, Input::LockLost);
        }
    }

    /// Retries or discards a message that was refused for good.
    fn settle_refused(&mut self, tab: usize) {
        let Some(id) = self.tabs[tab].queue.ids_where(PendingMessage::is_rejected).first().copied() else { return };
        if self.rng.bool() {
            self.apply(tab, Input::Retried(id));
        } else {
            self.discarded.insert(id);
            self.apply(tab, Input::Discarded(id));
        }
    }

    /// Lets everything happen that is due, over a network that works.
    fn settle(&mut self) {
        for _ in 0..100 {
            for tab in 0..TABS {
                while let Some(input) = self.tabs[tab].broadcasts.pop_front() {
                    self.apply(tab, input);
                }
                while let Some(id) = self.tabs[tab].events.pop_front() {
                    self.apply(tab, Input::Delivered(id));
                }
                if std::mem::take(&mut self.tabs[tab].timer) {
                    self.apply(tab, Input::RetryDue);
                }
                self.grant_lock(tab, false);
                self.answer(tab, true);
            }
        }
    }

    fn check_settled(&self) {
        let accepted: BTreeSet<ClientId> = self.accepted.iter().map(|(_, id)| *id).collect();
        for (_, _, id) in self.written.iter().filter(|(_, _, id)| !accepted.contains(id)) {
            assert!(self.refused.contains(id), "{id:?} was lost");
        }
        for tab in &self.tabs {
            let unsent: Vec<_> = tab.queue.entries().iter().filter(|entry| entry.state != SendState::Sent).collect();
            assert!(unsent.iter().all(|entry| entry.is_rejected()), "a message waits for ever: {unsent:?}");
            assert_eq!(tab.queue.sender, Sender::Idle);
            assert!(!tab.holds_lock, "a tab keeps the lock");
        }
        assert!(self.stored.values().all(PendingMessage::is_rejected), "stays stored: {:?}", self.stored);
        self.check_order();
    }

    /// Messages of one tab to one conversation arrive in the order of writing, except those refused for a time.
    fn check_order(&self) {
        let place = |id: &ClientId| self.accepted.iter().position(|(_, accepted)| accepted == id);
        let mut last = BTreeMap::new();
        for (tab, conversation, id) in self.written.iter().filter(|(_, _, id)| !self.refused.contains(id)) {
            let earlier = last.insert((tab, conversation.0), place(id));
            assert!(earlier < Some(place(id)), "{id:?} overtook an earlier one: {:?}", self.accepted);
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("GREENROOM_TEST_SEED={}", self.seed);
        }
    }
}

#[test]
fn nothing_comes_back_after_signing_out() {
    let refused = RequestError::Refused(ApiError::NotFound);
    for answer in [Ok(()), Err(RequestError::Network), Err(refused)] {
        let mut browser = Browser::new(0);
        browser.write(0);
        browser.grant_lock(0, false);
        let sent = browser.tabs[0].requests.pop().expect("a request");
        browser.apply(0, Input::Cleared);
        browser.apply(0, Input::Answered(sent.client_id, answer));
        browser.apply(0, Input::Stored(sent.client_id, 7));
        assert!(browser.tabs[0].queue.entries().is_empty());
        assert!(!browser.tabs[0].holds_lock);
    }
}

#[test]
fn every_message_is_sent_once_and_in_order_whatever_happens() {
    let first = std::env::var("GREENROOM_TEST_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| fastrand::u64(..));
    for seed in (0..RUNS).map(|run| first.wrapping_add(run)) {
        let mut browser = Browser::new(seed);
        (0..STEPS).for_each(|_| browser.take_turn());
        browser.settle();
        browser.check_settled();
    }
}
