//! The tabs of one browser share one stream. Whoever holds the lock has it open, and tells the others what comes; when
//! that tab goes, the browser hands the lock on. Over HTTP/1.1 a browser has six connections to a site, for all tabs.
//!
//! Where there are no locks, each tab has a stream of its own.

use super::{
    Connection, Live, locks,
    outbox::{Outbox, Parcel},
    stream::{self, Heard},
};
use crate::{browser::Channel, json};
use js_sys::{Function, Promise};
use leptos::{prelude::*, task::spawn_local};
use model::{ClientId, Envelope, PersonId};
use serde::{Deserialize, Serialize};
use std::{cell::RefCell, time::Duration};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// A tab that leads answers at once, unless the browser has put it to sleep.
const ANSWERS_WITHIN: Duration = Duration::from_millis(1_500);

thread_local! {
    static TABS: RefCell<Option<Tabs>> = const { RefCell::new(None) };
}

struct Tabs {
    me: PersonId,
    channel: Option<Channel>,
    /// Whether it leads, or waits in line for that.
    stands: bool,
    /// Ends the hold on the lock. Nothing as long as another tab leads.
    resign: Option<Function>,
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

/// Joins the tabs of the same person, once.
pub(super) fn join(live: Live, outbox: Outbox, me: PersonId) {
    if TABS.with_borrow(Option::is_some) {
        return;
    }
    let channel = Channel::open(&format!("greenroom-{me}"), move |text| {
        if let Ok(note) = json::read(&text) {
            heed(live, outbox, note);
        }
    });
    TABS.with_borrow_mut(|tabs| *tabs = Some(Tabs { me, channel, stands: false, resign: None }));
    stand(live);
}

/// Whether this tab has the stream.
pub(super) fn leads() -> bool {
    TABS.with_borrow(|tabs| tabs.as_ref().is_some_and(|tabs| tabs.resign.is_some()))
}

/// Tells the other tabs.
pub(super) fn tell(note: &Note) {
    let Ok(text) = json::write(note) else { return };
    TABS.with_borrow(|tabs| {
        if let Some(open) = tabs.as_ref().and_then(|tabs| tabs.channel.as_ref()) {
            open.send(&text);
        }
    });
}

/// Gets in line to lead, unless it stands there.
pub(super) fn stand(live: Live) {
    if TABS.with_borrow(|tabs| tabs.as_ref().is_some_and(|tabs| !tabs.stands)) {
        stand_for_lead(live, false);
    }
}

/// Lets another tab lead.
pub(super) fn resign() {
    if let Some(resign) = step_down() {
        // A promise of our own can always be settled.
        let _ = resign.call0(&JsValue::NULL);
    }
}

/// Leaves the other tabs to themselves: nothing they hear concerns this one any more.
pub(super) fn part() {
    resign();
    drop(TABS.take());
}

fn step_down() -> Option<Function> {
    TABS.with_borrow_mut(|tabs| {
        let tabs = tabs.as_mut()?;
        tabs.stands = false;
        tabs.resign.take()
    })
}

/// Asks whether the tab that leads is awake, and takes over where it isn't.
pub(super) fn probe(live: Live) {
    let asked = stream::now();
    tell(&Note::Ping);
    let answered = move || stream::last_heard() >= asked;
    set_timeout(
        move || {
            if !answered() && !leads() {
                stand_for_lead(live, true)
            }
        },
        ANSWERS_WITHIN,
    );
}

fn stand_for_lead(live: Live, steal: bool) {
    let standing = TABS.with_borrow_mut(|tabs| {
        let tabs = tabs.as_mut()?;
        tabs.stands = true;
        Some(tabs.me)
    });
    let Some(me) = standing else { return };
    let held = move || Promise::new(&mut |resign, _| lead(live, resign));
    match locks::request(&format!("greenroom-stream-{me}"), steal, held) {
        Some(promise) => spawn_local(async move {
            if JsFuture::from(promise).await.is_err() {
                // Taken away, because this tab slept: another leads now.
                step_down();
                stream::close();
                stand(live);
                stream::open_soon(live);
            }
        }),
        None => lead(live, Function::default()),
    }
}

fn lead(live: Live, resign: Function) {
    TABS.with_borrow_mut(|tabs| {
        if let Some(tabs) = tabs {
            tabs.resign = Some(resign);
        }
    });
    if live.connection.get_untracked() == Connection::SignedOut {
        // Nobody is signed in, and whoever signs in again leads.
        self::resign();
    } else {
        stream::open_soon(live);
    }
}

fn heed(live: Live, outbox: Outbox, note: Note) {
    // Whoever was signed out answers for nobody.
    let leads = leads() && live.connection.get_untracked() != Connection::SignedOut;
    match note {
        Note::Heard(heard) if !leads => stream::hear(live, heard),
        Note::Again(envelope) => live.take(envelope),
        Note::Connection(connection) if !leads => stream::stands(live, connection),
        Note::Ask(after) if leads => stream::tell_again(live, after),
        Note::Ping if leads => {
            tell(&Note::Pong);
            // A tab in the background is told by another that it's time to look: its own timers may be held back.
            stream::doubt(live);
        }
        Note::Pong if !leads => stream::heard_something(),
        Note::Parcel(parcel) => outbox.follow(parcel),
        Note::Gone(client_id) => outbox.forget_one(client_id),
        Note::Leaving => outbox.let_go(),
        // Said by one that leads to one that does: the lock is changing hands.
        Note::Heard(_) | Note::Connection(_) | Note::Ask(_) | Note::Ping | Note::Pong => {}
    }
}
