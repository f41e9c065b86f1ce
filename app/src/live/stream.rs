//! The event stream of this page: executes the effects of [`Tab`], and gives it what happens as inputs.

mod event_sources;
mod leader_lock;
mod tab;

pub(super) use tab::Input;

use super::{
    backoff::jitter,
    state::{Apply, Live},
    tab_channel,
    tab_message::TabMessage,
};
use crate::{browser, request_error::RequestError, server_fn_client::sleep, server_fns};
use futures::future::{Either, select};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use model::{ApiError, Envelope, PersonId};
use std::{cell::RefCell, pin::pin, time::Duration};
use tab::{Effect, Now, Tab, Timer};

/// Timeout of the diagnosis after an error: its request may go over a dead connection too.
const DIAGNOSE_TIMEOUT: Duration = Duration::from_secs(3);
/// The leader answers a ping at once, unless the browser has suspended it or it has gone.
const PONG_TIMEOUT: Duration = Duration::from_millis(1_500);

thread_local! {
    static TAB: RefCell<Tab> = RefCell::default();
    /// The timers that run, by [`Timer`].
    static TIMERS: RefCell<[Option<TimeoutHandle>; 3]> = RefCell::default();
}

/// Gives the tab an input, and executes the effects.
pub(super) fn apply(live: Live, input: Input) {
    let now = Now {
        time: js_sys::Date::now(),
        jitter: jitter(),
        is_online: browser::is_online(),
        is_visible: browser::is_visible(),
    };
    let effects = TAB.with_borrow_mut(|tab| tab.on(input, now));
    effects.into_iter().for_each(|effect| execute(live, effect));
}

/// Joins the tabs of the same person, once. Messages that don't concern the stream go to `on_outbox_message`.
pub(super) fn join(live: Live, me: PersonId, on_outbox_message: impl Fn(TabMessage) + 'static) {
    if TAB.with_borrow(Tab::is_joined) {
        return;
    }
    tab_channel::open(me, move |message| match message {
        TabMessage::Pending(_) | TabMessage::Removed(_) | TabMessage::SigningOut => on_outbox_message(message),
        message => apply(live, Input::TabMessageReceived(message)),
    });
    apply(live, Input::Joined);
}

/// Returns the buffered events after `cursor`; `None` if the buffer doesn't reach back that far.
pub(super) fn events_after(cursor: i64) -> Option<Vec<Envelope>> {
    TAB.with_borrow(|tab| tab.events_after(cursor))
}

fn execute(live: Live, effect: Effect) {
    match effect {
        Effect::OpenSource { id, after } => event_sources::open(live, id, after),
        Effect::CloseSource(id) => event_sources::close(id),
        Effect::SetTimer(timer, pause) => {
            let elapsed = move || apply(live, Input::TimerElapsed(timer));
            replace_timer(timer, set_timeout_with_handle(elapsed, pause).ok());
        }
        Effect::ClearTimer(timer) => replace_timer(timer, None),
        Effect::Broadcast(message) => tab_channel::broadcast(&message),
        Effect::CloseChannel => tab_channel::close(),
        Effect::AwaitPong(messages) => {
            set_timeout(move || apply(live, Input::PongTimedOut(messages)), PONG_TIMEOUT);
        }
        Effect::RequestLock { id, steal } => leader_lock::request(live, id, steal),
        Effect::ReleaseLock => leader_lock::release(),
        Effect::Diagnose => spawn_local(diagnose(live)),
        Effect::LoadCurrentPerson => live.load_current_person(),
        Effect::SetConnection(connection) => live.connection.set(connection),
        Effect::ReportOpened => live.on_opened(),
        Effect::ApplyEvent { envelope, is_leader } => apply_event(live, &envelope, is_leader),
        Effect::ReloadViews => live.reload_views(),
        Effect::SetClock(at) => live.locale.set_clock(at),
        Effect::ShowTyping(typing) => live.ephemeral.on_typing(typing),
        Effect::ShowPresence(update) => live.ephemeral.on_presence(update),
    }
}

fn replace_timer(timer: Timer, handle: Option<TimeoutHandle>) {
    let before = TIMERS.with_borrow_mut(|timers| std::mem::replace(&mut timers[timer as usize], handle));
    if let Some(before) = before {
        before.clear();
    }
}

async fn diagnose(live: Live) {
    match select(pin!(server_fns::load_nav_state()), pin!(sleep(DIAGNOSE_TIMEOUT))).await {
        Either::Left((Err(RequestError::Refused(ApiError::Unauthenticated)), _)) => apply(live, Input::SessionEnded),
        // `observe_failure` has made the page read-only.
        Either::Left((Err(RequestError::Refused(ApiError::OtherPerson)), _)) => {}
        _ => apply(live, Input::DiagnosisInconclusive),
    }
}

/// Applies an event to all views. The leader reports it as delivered, for all tabs.
fn apply_event(live: Live, envelope: &Envelope, is_leader: bool) {
    if let Some(me) = live.me() {
        live.ephemeral.on_event(me, envelope);
        if is_leader {
            live.delivery_receipts.on_event(me, envelope);
        }
    }
    let views: Vec<Apply> = live
        .subscriptions
        .with_value(|subscriptions| subscriptions.iter().map(|subscription| subscription.apply.clone()).collect());
    for apply in views {
        live.handle_outcome(apply(envelope));
    }
}
