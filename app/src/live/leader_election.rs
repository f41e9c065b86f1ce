//! Leader election among the tabs of one browser, which share one stream. The tab that holds the lock has the stream
//! open and broadcasts its messages; when that tab goes, the browser grants the lock to the next. Over HTTP/1.1 a
//! browser has six connections to a site, for all tabs together.
//!
//! In a browser without locks or channels each tab has a stream of its own.

use super::{
    Connection, Live,
    locks::{self, Lock, LockEnd},
    outbox::PendingMessage,
    stream::{self, StreamMessage},
};
use crate::{browser::Channel, json};
use leptos::{prelude::*, task::spawn_local};
use model::{ClientId, Envelope, PersonId};
use serde::{Deserialize, Serialize};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

/// The leader answers a ping at once, unless the browser has suspended it or it has gone.
const PONG_TIMEOUT: Duration = Duration::from_millis(1_500);

thread_local! {
    static TAB_GROUP: RefCell<Option<TabGroup>> = const { RefCell::new(None) };
    /// When the leader's last message arrived, in milliseconds of [`stream::now`].
    static LEADER_LAST_HEARD: Cell<f64> = const { Cell::new(f64::NEG_INFINITY) };
}

struct TabGroup {
    me: PersonId,
    channel: Option<Channel>,
    /// The lock that this tab holds or waits for.
    lock: Option<Rc<Lock>>,
    is_leader: bool,
}

/// A message between tabs.
#[derive(Serialize, Deserialize)]
pub(super) enum TabMessage {
    /// The leader received this from the stream.
    #[serde(rename = "Heard")]
    Stream(StreamMessage),
    /// An earlier event, for the tab that requested a replay.
    #[serde(rename = "Again")]
    Replayed(Envelope),
    /// The leader's connection state.
    Connection(Connection),
    /// Requests the events after this sequence number.
    #[serde(rename = "Ask")]
    RequestReplay(i64),
    /// Asks the leader to respond.
    Ping,
    /// The leader's answer to a ping.
    Pong,
    /// The new state of a pending message.
    #[serde(rename = "Parcel")]
    Pending(PendingMessage),
    /// A message that the person has discarded.
    #[serde(rename = "Gone")]
    Removed(ClientId),
    /// The person signs out in this tab, and all of their data must be dropped.
    #[serde(rename = "Leaving")]
    SigningOut,
}

/// Joins the tabs of the same person, once. A tab that hears no leader takes over: the lock may be held by a page that
/// no longer runs. Messages that don't concern the stream go to `on_outbox_message`.
pub(super) fn join(live: Live, me: PersonId, on_outbox_message: impl Fn(TabMessage) + 'static) {
    if is_joined() {
        return;
    }
    let channel = Channel::open(&format!("greenroom-{me}"), move |text| {
        if let Ok(message) = json::from_str(&text) {
            handle_message(live, message, &on_outbox_message);
        }
    });
    // A channel that can't send is useless.
    let channel = channel.filter(|channel| json::to_string(&TabMessage::Ping).is_ok_and(|ping| channel.send(&ping)));
    TAB_GROUP.with_borrow_mut(|tabs| *tabs = Some(TabGroup { me, channel, lock: None, is_leader: false }));
    campaign(live);
    probe_leader(live);
}

/// Returns whether this page takes part in the election: not while it is being left.
pub(super) fn is_joined() -> bool {
    TAB_GROUP.with_borrow(Option::is_some)
}

/// Returns whether this tab holds the stream.
pub(super) fn is_leader() -> bool {
    TAB_GROUP.with_borrow(|tabs| tabs.as_ref().is_some_and(|tabs| tabs.is_leader))
}

/// Sends a message to the other tabs.
pub(super) fn broadcast(message: &TabMessage) {
    let Ok(text) = json::to_string(message) else { return };
    TAB_GROUP.with_borrow(|tabs| {
        if let Some(channel) = tabs.as_ref().and_then(|tabs| tabs.channel.as_ref()) {
            channel.send(&text);
        }
    });
}

/// Requests the lock, unless this tab holds it or already waits for it.
pub(super) fn campaign(live: Live) {
    if TAB_GROUP.with_borrow(|tabs| tabs.as_ref().is_some_and(|tabs| tabs.lock.is_none() && !tabs.is_leader)) {
        request_lead(live, false);
    }
}

/// Releases the lock, so that another tab leads.
pub(super) fn step_down() {
    if let Some(lock) = take_lock() {
        lock.release();
    }
}

/// Leaves the group: releases the lock, and ignores what the other tabs send from now on.
pub(super) fn leave() {
    step_down();
    drop(TAB_GROUP.take());
}

fn take_lock() -> Option<Rc<Lock>> {
    TAB_GROUP.with_borrow_mut(|tabs| {
        let tabs = tabs.as_mut()?;
        tabs.is_leader = false;
        tabs.lock.take()
    })
}

/// Pings the leader, and steals the lock if no answer arrives. Each call steals it at most once, so that two tabs don't
/// steal it from each other in turn.
pub(super) fn probe_leader(live: Live) {
    let asked = stream::now();
    broadcast(&TabMessage::Ping);
    set_timeout(
        move || {
            if LEADER_LAST_HEARD.get() < asked && !is_leader() && is_joined() {
                request_lead(live, true);
            }
        },
        PONG_TIMEOUT,
    );
}

fn request_lead(live: Live, steal: bool) {
    // One request per tab: withdraws the previous one.
    step_down();
    let name = TAB_GROUP.with_borrow(|tabs| {
        let tabs = tabs.as_ref()?;
        // Without a channel this tab would receive nothing from another leader.
        tabs.channel.as_ref().map(|_| format!("greenroom-stream-{}", tabs.me))
    });
    let Some((lock, ended)) = name.and_then(|name| locks::request_lock(&name, steal, move |_| become_leader(live)))
    else {
        return become_leader(live);
    };
    TAB_GROUP.with_borrow_mut(|tabs| {
        if let Some(tabs) = tabs {
            tabs.lock = Some(lock.clone());
        }
    });
    spawn_local(async move {
        let ended = ended.await;
        if ended == LockEnd::Released || !holds_lock(&lock) {
            return;
        }
        take_lock();
        if ended == LockEnd::Refused {
            return become_leader(live);
        }
        // Another tab stole the lock while this one was suspended.
        stream::close();
        campaign(live);
        stream::schedule_open(live);
    });
}

fn holds_lock(lock: &Rc<Lock>) -> bool {
    TAB_GROUP.with_borrow(|tabs| {
        tabs.as_ref().and_then(|tabs| tabs.lock.as_ref()).is_some_and(|held| Rc::ptr_eq(held, lock))
    })
}

fn become_leader(live: Live) {
    if !is_joined() {
        return;
    }
    TAB_GROUP.with_borrow_mut(|tabs| {
        if let Some(tabs) = tabs {
            tabs.is_leader = true;
        }
    });
    if live.connection.get_untracked() == Connection::SignedOut {
        // No person is signed in. The tab in which one signs in again leads.
        step_down();
    } else {
        stream::schedule_open(live);
    }
}

fn handle_message(live: Live, message: TabMessage, on_outbox_message: &impl Fn(TabMessage)) {
    // A signed-out tab doesn't act as the leader.
    let is_leader = is_leader() && live.connection.get_untracked() != Connection::SignedOut;
    if !is_leader
        && matches!(
            message,
            TabMessage::Stream(_) | TabMessage::Replayed(_) | TabMessage::Connection(_) | TabMessage::Pong
        )
    {
        LEADER_LAST_HEARD.set(stream::now());
    }
    match message {
        TabMessage::Stream(message) if !is_leader => stream::handle_message(live, message),
        TabMessage::Replayed(envelope) => stream::receive(live, envelope),
        TabMessage::Connection(connection) if !is_leader => stream::adopt_connection(live, connection),
        TabMessage::RequestReplay(after) if is_leader => stream::replay_to_tabs(live, after),
        TabMessage::Ping if is_leader => {
            broadcast(&TabMessage::Pong);
            // A tab in the background depends on this prompt to check its stream: the browser may delay its own timers.
            stream::check_liveness(live);
        }
        TabMessage::Pending(_) | TabMessage::Removed(_) | TabMessage::SigningOut => on_outbox_message(message),
        // Sent by one leader to another while the lock changes hands.
        TabMessage::Stream(_)
        | TabMessage::Connection(_)
        | TabMessage::RequestReplay(_)
        | TabMessage::Ping
        | TabMessage::Pong => {}
    }
}
