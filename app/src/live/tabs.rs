//! The tabs of one browser share one stream. The tab that holds the lock has it open, and tells the others what comes;
//! when that tab goes, the browser hands the lock on. Over HTTP/1.1 a browser has six connections to a site, for all
//! tabs.
//!
//! Where there are no locks or no channel, each tab has a stream of its own.

use super::{
    Connection, Live,
    locks::{self, Ended, Lock},
    outbox::{Outbox, Parcel},
    stream::{self, Heard},
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
const ANSWERS_WITHIN: Duration = Duration::from_millis(1_500);

thread_local! {
    static TABS: RefCell<Option<Tabs>> = const { RefCell::new(None) };
    /// When the tab that leads was heard last.
    static LEADER_HEARD: Cell<f64> = const { Cell::new(f64::NEG_INFINITY) };
}

struct Tabs {
    me: PersonId,
    channel: Option<Channel>,
    /// The lock that it holds or waits for.
    lock: Option<Rc<Lock>>,
    leads: bool,
}

/// What tabs tell each other.
#[derive(Serialize, Deserialize)]
pub(super) enum Note {
    /// The stream said this.
    Heard(Heard),
    /// An event that was told before, for whoever asked.
    Again(Envelope),
    /// How it stands with the server.
    Connection(Connection),
    /// What came after this number?
    Ask(i64),
    /// Is anybody leading?
    Ping,
    /// Somebody is.
    Pong,
    /// How a message on its way stands now.
    Parcel(Parcel),
    /// A message is no longer on its way, and never will be.
    Gone(ClientId),
    /// Somebody signs out here, and nothing of theirs is to stay.
    Leaving,
}

/// Joins the tabs of the same person, once. A tab that hears of none that leads takes over: the lock may be held by a
/// page that is no longer there.
pub(super) fn join(live: Live, outbox: Outbox, me: PersonId) {
    if is_joined() {
        return;
    }
    let channel = Channel::open(&format!("greenroom-{me}"), move |text| {
        if let Ok(note) = json::from_str(&text) {
            heed(live, outbox, note);
        }
    });
    // One that can't send is none.
    let channel = channel.filter(|channel| json::to_string(&Note::Ping).is_ok_and(|ping| channel.send(&ping)));
    TABS.with_borrow_mut(|tabs| *tabs = Some(Tabs { me, channel, lock: None, leads: false }));
    stand(live);
    probe(live);
}

/// Whether this page is one of the tabs: it isn't once it is being left.
pub(super) fn is_joined() -> bool {
    TABS.with_borrow(Option::is_some)
}

/// Whether this tab has the stream.
pub(super) fn leads() -> bool {
    TABS.with_borrow(|tabs| tabs.as_ref().is_some_and(|tabs| tabs.leads))
}

/// Tells the other tabs.
pub(super) fn tell(note: &Note) {
    let Ok(text) = json::to_string(note) else { return };
    TABS.with_borrow(|tabs| {
        if let Some(channel) = tabs.as_ref().and_then(|tabs| tabs.channel.as_ref()) {
            channel.send(&text);
        }
    });
}

/// Gets in line to lead, unless it stands there.
pub(super) fn stand(live: Live) {
    if TABS.with_borrow(|tabs| tabs.as_ref().is_some_and(|tabs| tabs.lock.is_none() && !tabs.leads)) {
        stand_for_lead(live, false);
    }
}

/// Lets another tab lead.
pub(super) fn resign() {
    if let Some(lock) = step_down() {
        lock.release();
    }
}

/// Leaves the other tabs to themselves: nothing they hear concerns this one any more.
pub(super) fn part() {
    resign();
    drop(TABS.take());
}

fn step_down() -> Option<Rc<Lock>> {
    TABS.with_borrow_mut(|tabs| {
        let tabs = tabs.as_mut()?;
        tabs.leads = false;
        tabs.lock.take()
    })
}

/// Asks whether the tab that leads is awake, and takes over where it isn't. Each call takes the lead at most once, so
/// that two tabs don't take it from each other again and again.
pub(super) fn probe(live: Live) {
    let asked = stream::now();
    tell(&Note::Ping);
    set_timeout(
        move || {
            if LEADER_HEARD.get() < asked && !leads() && is_joined() {
                stand_for_lead(live, true);
            }
        },
        ANSWERS_WITHIN,
    );
}

fn stand_for_lead(live: Live, steal: bool) {
    // One request a tab: what waited is withdrawn.
    resign();
    let name = TABS.with_borrow(|tabs| {
        let tabs = tabs.as_ref()?;
        // Without a channel this tab would hear nothing from another.
        tabs.channel.as_ref().map(|_| format!("greenroom-stream-{}", tabs.me))
    });
    let Some((lock, ended)) = name.and_then(|name| locks::request(&name, steal, move |_| lead(live))) else {
        return lead(live);
    };
    TABS.with_borrow_mut(|tabs| {
        if let Some(tabs) = tabs {
            tabs.lock = Some(lock.clone());
        }
    });
    spawn_local(async move {
        let ended = ended.await;
        if ended == Ended::Released || !is_ours(&lock) {
            return;
        }
        step_down();
        if ended == Ended::Refused {
            return lead(live);
        }
        // Another tab leads now, because this one slept.
        stream::close();
        stand(live);
        stream::open_soon(live);
    });
}

fn is_ours(lock: &Rc<Lock>) -> bool {
    TABS.with_borrow(|tabs| {
        tabs.as_ref().and_then(|tabs| tabs.lock.as_ref()).is_some_and(|held| Rc::ptr_eq(held, lock))
    })
}

fn lead(live: Live) {
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
        resign();
    } else {
        stream::open_soon(live);
    }
}

fn heed(live: Live, outbox: Outbox, note: Note) {
    // Whoever was signed out answers for nobody.
    let leads = leads() && live.connection.get_untracked() != Connection::SignedOut;
    if !leads && matches!(note, Note::Heard(_) | Note::Again(_) | Note::Connection(_) | Note::Pong) {
        LEADER_HEARD.set(stream::now());
    }
    match note {
        Note::Heard(heard) if !leads => stream::hear(live, heard),
        Note::Again(envelope) => live.take(envelope),
        Note::Connection(connection) if !leads => stream::stands(live, connection),
        Note::Ask(after) if leads => stream::tell_again(live, after),
        Note::Ping if leads => {
            tell(&Note::Pong);
            // A tab in the background is told by another that it's time to look: its own timers may be held back.
            stream::check(live);
        }
        Note::Parcel(parcel) => outbox.follow(parcel),
        Note::Gone(client_id) => outbox.forget_one(client_id),
        Note::Leaving => outbox.let_go(),
        // Said by one that leads to one that does: the lock is changing hands.
        Note::Heard(_) | Note::Connection(_) | Note::Ask(_) | Note::Ping | Note::Pong => {}
    }
}
