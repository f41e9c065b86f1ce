//! The tabs of one browser share one stream. The tab that holds the lock has it open, and tells the others what comes;
//! when that tab goes, the browser hands the lock on. Over HTTP/1.1 a browser has six connections to a site, for all
//! tabs.
//!
//! Where there are no locks or no channel, each tab has a stream of its own.

use super::{
    Connection, Live,
    locks::{self, Lock, LockEnd},
    outbox::{Outbox, PendingMessage},
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

/// A tab that leads answers at once, unless the browser has put it to sleep or it has gone.
const PONG_TIMEOUT: Duration = Duration::from_millis(1_500);

thread_local! {
    static TABS: RefCell<Option<TabGroup>> = const { RefCell::new(None) };
    /// When the tab that leads was heard last.
    static LEADER_LAST_HEARD: Cell<f64> = const { Cell::new(f64::NEG_INFINITY) };
}

struct TabGroup {
    me: PersonId,
    channel: Option<Channel>,
    /// The lock that it holds or waits for.
    lock: Option<Rc<Lock>>,
    leads: bool,
}

/// What tabs tell each other.
#[derive(Serialize, Deserialize)]
pub(super) enum TabMessage {
    /// The stream said this.
    #[serde(rename = "Heard")]
    Stream(StreamMessage),
    /// An event that was told before, for whoever asked.
    #[serde(rename = "Again")]
    Replayed(Envelope),
    /// How it stands with the server.
    Connection(Connection),
    /// What came after this number?
    #[serde(rename = "Ask")]
    RequestReplay(i64),
    /// Is anybody leading?
    Ping,
    /// Somebody is.
    Pong,
    /// How a message on its way stands now.
    #[serde(rename = "Parcel")]
    Pending(PendingMessage),
    /// A message is no longer on its way, and never will be.
    #[serde(rename = "Gone")]
    Removed(ClientId),
    /// Somebody signs out here, and nothing of theirs is to stay.
    #[serde(rename = "Leaving")]
    SigningOut,
}

/// Joins the tabs of the same person, once. A tab that hears of none that leads takes over: the lock may be held by a
/// page that is no longer there.
pub(super) fn join(live: Live, outbox: Outbox, me: PersonId) {
    if is_joined() {
        return;
    }
    let channel = Channel::open(&format!("greenroom-{me}"), move |text| {
        if let Ok(message) = json::from_str(&text) {
            handle_message(live, outbox, message);
        }
    });
    // One that can't send is none.
    let channel = channel.filter(|channel| json::to_string(&TabMessage::Ping).is_ok_and(|ping| channel.send(&ping)));
    TABS.with_borrow_mut(|tabs| *tabs = Some(TabGroup { me, channel, lock: None, leads: false }));
    campaign(live);
    probe_leader(live);
}

/// Whether this page is one of the tabs: it isn't once it is being left.
pub(super) fn is_joined() -> bool {
    TABS.with_borrow(Option::is_some)
}

/// Whether this tab has the stream.
pub(super) fn is_leader() -> bool {
    TABS.with_borrow(|tabs| tabs.as_ref().is_some_and(|tabs| tabs.leads))
}

/// Tells the other tabs.
pub(super) fn broadcast(message: &TabMessage) {
    let Ok(text) = json::to_string(message) else { return };
    TABS.with_borrow(|tabs| {
        if let Some(channel) = tabs.as_ref().and_then(|tabs| tabs.channel.as_ref()) {
            channel.send(&text);
        }
    });
}

/// Gets in line to lead, unless it stands there.
pub(super) fn campaign(live: Live) {
    if TABS.with_borrow(|tabs| tabs.as_ref().is_some_and(|tabs| tabs.lock.is_none() && !tabs.leads)) {
        request_lead(live, false);
    }
}

/// Lets another tab lead.
pub(super) fn step_down() {
    if let Some(lock) = take_lock() {
        lock.release();
    }
}

/// Leaves the other tabs to themselves: nothing they hear concerns this one any more.
pub(super) fn leave() {
    step_down();
    drop(TABS.take());
}

fn take_lock() -> Option<Rc<Lock>> {
    TABS.with_borrow_mut(|tabs| {
        let tabs = tabs.as_mut()?;
        tabs.leads = false;
        tabs.lock.take()
    })
}

/// Asks whether the tab that leads is awake, and takes over where it isn't. Each call takes the lead at most once, so
/// that two tabs don't take it from each other again and again.
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
    // One request a tab: what waited is withdrawn.
    step_down();
    let name = TABS.with_borrow(|tabs| {
        let tabs = tabs.as_ref()?;
        // Without a channel this tab would hear nothing from another.
        tabs.channel.as_ref().map(|_| format!("greenroom-stream-{}", tabs.me))
    });
    let Some((lock, ended)) = name.and_then(|name| locks::request_lock(&name, steal, move |_| become_leader(live)))
    else {
        return become_leader(live);
    };
    TABS.with_borrow_mut(|tabs| {
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
        // Another tab leads now, because this one slept.
        stream::close();
        campaign(live);
        stream::schedule_open(live);
    });
}

fn holds_lock(lock: &Rc<Lock>) -> bool {
    TABS.with_borrow(|tabs| {
        tabs.as_ref().and_then(|tabs| tabs.lock.as_ref()).is_some_and(|held| Rc::ptr_eq(held, lock))
    })
}

fn become_leader(live: Live) {
    if !is_joined() {
        return;
    }
    TABS.with_borrow_mut(|tabs| {
        if let Some(tabs) = tabs {
            tabs.leads = true;
        }
    });
    if live.connection.get_untracked() == Connection::SignedOut {
        // Nobody is signed in, and whoever signs in again leads.
        step_down();
    } else {
        stream::schedule_open(live);
    }
}

fn handle_message(live: Live, outbox: Outbox, message: TabMessage) {
    // Whoever was signed out answers for nobody.
    let leads = is_leader() && live.connection.get_untracked() != Connection::SignedOut;
    if !leads
        && matches!(
            message,
            TabMessage::Stream(_) | TabMessage::Replayed(_) | TabMessage::Connection(_) | TabMessage::Pong
        )
    {
        LEADER_LAST_HEARD.set(stream::now());
    }
    match message {
        TabMessage::Stream(message) if !leads => stream::handle_message(live, message),
        TabMessage::Replayed(envelope) => live.receive(envelope),
        TabMessage::Connection(connection) if !leads => stream::adopt_connection(live, connection),
        TabMessage::RequestReplay(after) if leads => stream::replay_to_tabs(live, after),
        TabMessage::Ping if leads => {
            broadcast(&TabMessage::Pong);
            // A tab in the background is told by another that it's time to look: its own timers may be held back.
            stream::check_liveness(live);
        }
        TabMessage::Pending(entry) => outbox.adopt_pending(entry),
        TabMessage::Removed(client_id) => outbox.remove_pending(client_id),
        TabMessage::SigningOut => outbox.clear_pending(),
        // Said by one that leads to one that does: the lock is changing hands.
        TabMessage::Stream(_)
        | TabMessage::Connection(_)
        | TabMessage::RequestReplay(_)
        | TabMessage::Ping
        | TabMessage::Pong => {}
    }
}
