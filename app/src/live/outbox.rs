//! Messages on their way: kept in this browser before they are shown, and until the server has them.
//!
//! They go out one after the other in the order they were written, whichever tab they were written in, and by one tab at
//! a time. A message keeps its `clientId` through every try, so that a lost answer, a reload or a second tab never makes
//! two of it.

mod stored;

use super::{
    IN_BROWSER, Live, browser_key, closed, deleting,
    drafts::{DraftKey, Drafts},
    leader_election::{self, TabMessage},
    locks::{self, Ended, Lock},
    shelf, signing_out, stream,
};
use crate::{
    browser,
    reactive::effect,
    request_error::{RequestError, RequestResult},
    server_fn_client::sleep,
    server_fns,
};
use futures::future::{Either, select};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use model::{ApiError, ClientId, ConversationId, Envelope, Event, Message, PersonId};
use serde::{Deserialize, Serialize};
use std::{cell::Cell, collections::VecDeque, pin::pin, rc::Rc, time::Duration};

/// A message that has no answer after so long waits for the next try, which doubles nothing.
const PATIENCE: Duration = Duration::from_secs(20);
/// Messages that have arrived are remembered, for tabs that hear of them late.
const ARRIVED: usize = 200;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How far a message has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Stage {
    /// In line, or on the wire.
    Sending,
    /// The server has it; the thread will show it any moment.
    Sent,
    /// It didn't go out. What [is_transient](RequestError::is_transient) is tried again.
    Failed(RequestError),
}

/// A message that isn't in the thread yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// Its place among those that this browser keeps; nothing where it keeps none.
    pub(super) place: Option<u32>,
    pub conversation_id: ConversationId,
    pub client_id: ClientId,
    pub body: String,
    pub stage: Stage,
}

impl Parcel {
    /// Whether this browser has it when the page is gone.
    pub fn is_kept(&self) -> bool {
        self.place.is_some()
    }

    /// Whether only its person can do something about it.
    fn is_refused(&self) -> bool {
        matches!(&self.stage, Stage::Failed(failure) if !failure.is_transient())
    }
}

/// The messages that are on their way. Cheap to copy; stands in the context.
#[derive(Clone, Copy)]
pub struct Outbox {
    pub(super) live: Live,
    parcels: RwSignal<Vec<Parcel>>,
    sending: StoredValue<bool>,
    pauses: StoredValue<u32>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// The last messages that stand in their conversations.
    arrived: StoredValue<VecDeque<ClientId>>,
    /// Where something was written in this tab last, and how often.
    pub written: RwSignal<(Option<ConversationId>, u32)>,
    /// What is being written.
    pub drafts: Drafts,
}

impl Outbox {
    /// Puts it into the context. What failed for want of a connection goes out when there is one.
    pub fn provide(live: Live) -> Self {
        let (sending, pauses, timer) = (StoredValue::new(false), StoredValue::new(0), StoredValue::new(None));
        let (arrived, written) = (StoredValue::default(), RwSignal::new((None, 0)));
        let (parcels, drafts) = (RwSignal::default(), Drafts::new());
        let outbox = Self { live, parcels, sending, pauses, timer, arrived, written, drafts };
        effect(move || {
            let unsent = |parcel: &Parcel| parcel.stage != Stage::Sent;
            live.unsent.set(outbox.parcels.with(|parcels| parcels.iter().filter(|parcel| unsent(parcel)).count()));
        });
        effect(move || {
            if live.opened.get() > 0 {
                outbox.try_again();
            }
        });
        provide_context(outbox);
        if IN_BROWSER {
            drafts.follow_tabs();
            browser_key::watch(outbox);
            closed::watch(outbox);
            signing_out::watch(outbox);
            deleting::watch();
        }
        outbox
    }

    /// The one in the context.
    pub fn current() -> Self {
        expect_context()
    }

    /// What is on its way to a conversation and not among `arrived`.
    pub fn waiting(self, id: ConversationId, arrived: &[Message]) -> Vec<Parcel> {
        let is_there = |parcel: &Parcel| arrived.iter().rev().any(|message| message.client_id == parcel.client_id);
        self.parcels.with(|parcels| {
            parcels.iter().filter(|parcel| parcel.conversation_id == id && !is_there(parcel)).cloned().collect()
        })
    }

    /// Takes a message to be sent. It is kept before it is shown.
    pub fn send(self, conversation_id: ConversationId, body: String) {
        let client_id = ClientId(browser::new_id());
        let mut parcel = Parcel { place: None, conversation_id, client_id, body, stage: Stage::Sending };
        spawn_local(async move {
            if let Some(me) = self.live.me() {
                parcel.place = shelf::keep(me, &parcel).await;
                // Not before: whatever happens in between, one of the two has it.
                let key = DraftKey { person: me, conversation: conversation_id };
                if self.drafts.read(key).trim() == parcel.body {
                    self.drafts.keep(key, "");
                }
            }
            self.show(parcel);
            self.written.update(|(place, times)| (*place, *times) = (Some(conversation_id), *times + 1));
            // Those that wait go before it.
            self.try_again();
        });
    }

    /// Sends a message again that failed.
    pub fn retry(self, client_id: ClientId) {
        self.stand(client_id, Stage::Sending);
        self.try_again();
    }

    /// Lets go of a message that failed.
    pub fn discard(self, client_id: ClientId) {
        let Some(parcel) = self.find(client_id) else { return };
        self.forget_one(client_id);
        leader_election::broadcast(&TabMessage::Removed(client_id));
        if let (Some(me), Some(place)) = (self.live.me(), parcel.place) {
            spawn_local(async move {
                shelf::drop(me, place).await;
            });
        }
    }

    /// The first message to a conversation that was refused for good: it belongs back into the box.
    pub fn returned(self, id: ConversationId) -> Option<(Parcel, RequestError)> {
        self.parcels.with(|parcels| {
            let back = parcels.iter().find(|parcel| parcel.conversation_id == id && parcel.is_refused())?;
            let Stage::Failed(failure) = &back.stage else { return None };
            Some((back.clone(), failure.clone()))
        })
    }

    /// Sees a message in another tab's hands as that tab does. Should that tab go, this one sends it.
    pub(super) fn follow(self, parcel: Parcel) {
        let stage = parcel.stage.clone();
        self.put(parcel);
        match stage {
            Stage::Sending => self.start(),
            Stage::Failed(failure) if failure.is_transient() => self.later(LONGEST_PAUSE),
            Stage::Sent | Stage::Failed(_) => {}
        }
    }

    /// What stands in the conversation is no longer on its way, whatever became of the answer.
    pub(super) fn heed(self, me: PersonId, envelope: &Envelope) {
        let Event::MessageCreated { message } = &envelope.event else { return };
        if message.sender.id != me {
            return;
        }
        let kept = self.find(message.client_id).and_then(|parcel| parcel.place);
        self.forget_one(message.client_id);
        self.arrived.update_value(|arrived| {
            arrived.push_back(message.client_id);
            if arrived.len() > ARRIVED {
                arrived.pop_front();
            }
        });
        if let Some(place) = kept {
            spawn_local(async move {
                shelf::drop(me, place).await;
            });
        }
    }

    pub(super) fn forget_one(self, client_id: ClientId) {
        self.parcels.update(|parcels| parcels.retain(|parcel| parcel.client_id != client_id));
    }

    fn find(self, client_id: ClientId) -> Option<Parcel> {
        self.parcels.with_untracked(|parcels| parcels.iter().find(|parcel| parcel.client_id == client_id).cloned())
    }

    fn put(self, parcel: Parcel) {
        // Tabs are told of it in their own time.
        if self.arrived.with_value(|arrived| arrived.contains(&parcel.client_id)) {
            return;
        }
        self.parcels.update(|parcels| match parcels.iter_mut().find(|known| known.client_id == parcel.client_id) {
            Some(known) => *known = parcel,
            None => parcels.push(parcel),
        });
    }

    fn show(self, parcel: Parcel) {
        leader_election::broadcast(&TabMessage::Pending(parcel.clone()));
        self.put(parcel);
    }

    fn stand(self, client_id: ClientId, stage: Stage) {
        if let Some(parcel) = self.find(client_id) {
            self.show(Parcel { stage, ..parcel });
        }
    }

    /// What failed for want of a connection is in line again.
    fn try_again(self) {
        let waits = |parcel: &&Parcel| matches!(&parcel.stage, Stage::Failed(failure) if failure.is_transient());
        let waiting: Vec<ClientId> = self
            .parcels
            .with_untracked(|parcels| parcels.iter().filter(waits).map(|parcel| parcel.client_id).collect());
        waiting.into_iter().for_each(|client_id| self.stand(client_id, Stage::Sending));
        self.start();
    }

    /// Sends what is in line, as soon as no other tab does.
    fn start(self) {
        let Some(me) = self.live.me() else { return };
        if self.sending.get_value() || self.next().is_none() {
            return;
        }
        self.sending.set_value(true);
        self.wait_for_turn(me, false);
    }

    fn wait_for_turn(self, me: PersonId, steal: bool) {
        let begun = Rc::new(Cell::new(false));
        let begins = begun.clone();
        let turn = move |lock: Rc<Lock>| {
            begins.set(true);
            spawn_local(async move {
                self.send_all(me).await;
                lock.release();
            });
        };
        let Some((_, ended)) = locks::request(&format!("greenroom-outbox-{me}"), steal, turn) else {
            return spawn_local(self.send_all(me));
        };
        spawn_local(async move {
            // Where another tab takes the turn away, this one may ask for another.
            if ended.await == Ended::Refused {
                self.send_all(me).await;
            }
            self.sending.set_value(false);
        });
        // A tab that sleeps in the middle of its turn never ends it.
        let steals = move || {
            if !begun.get() && !steal {
                self.wait_for_turn(me, true)
            }
        };
        set_timeout(steals, PATIENCE * 2);
    }

    async fn send_all(self, me: PersonId) {
        while let Some(next) = self.next() {
            let answer = post(&next).await;
            // It may have been kept in between.
            let place = self.find(next.client_id).map_or(next.place, |known| known.place);
            let next = Parcel { place, ..next };
            match answer {
                Ok(()) => {
                    self.pauses.set_value(0);
                    if let Some(place) = next.place {
                        shelf::drop(me, place).await;
                    }
                    self.stand(next.client_id, Stage::Sent);
                }
                Err(failure) => self.fail(me, next, failure).await,
            }
        }
        self.sending.set_value(false);
    }

    /// The first in line; of a conversation whose messages wait, none overtakes those.
    fn next(self) -> Option<Parcel> {
        self.parcels.with_untracked(|parcels| {
            let mut waiting = Vec::new();
            for parcel in parcels {
                match &parcel.stage {
                    Stage::Sending if !waiting.contains(&parcel.conversation_id) => return Some(parcel.clone()),
                    Stage::Failed(failure) if failure.is_transient() => waiting.push(parcel.conversation_id),
                    _ => {}
                }
            }
            None
        })
    }

    async fn fail(self, me: PersonId, parcel: Parcel, failure: RequestError) {
        if !failure.is_transient() {
            let refused = Parcel { stage: Stage::Failed(failure), ..parcel };
            if let Some(place) = refused.place {
                shelf::change(me, place, &refused).await;
            }
            self.show(refused);
            return;
        }
        // Without a connection nothing behind it would arrive either, or it would overtake: all wait.
        let in_line: Vec<ClientId> = self.parcels.with_untracked(|parcels| {
            let sending = parcels.iter().filter(|parcel| parcel.stage == Stage::Sending);
            sending.map(|parcel| parcel.client_id).collect()
        });
        in_line.into_iter().for_each(|client_id| self.stand(client_id, Stage::Failed(failure.clone())));
        match failure {
            RequestError::Refused(ApiError::Unauthenticated) => stream::session_over(self.live),
            // It goes out once its person is signed in again.
            RequestError::Refused(ApiError::OtherPerson) => {}
            RequestError::Refused(ApiError::RateLimited { retry_after }) => {
                self.later(Duration::from_secs(retry_after))
            }
            // The stream may never notice such a hiccup, and then nothing else would try again.
            _ => self.later(self.next_pause()),
        }
    }

    /// Tries again after a pause. One for all that waits: tabs that tell each other of it would wind each other up.
    fn later(self, pause: Duration) {
        let timer = set_timeout_with_handle(move || self.try_again(), pause).ok();
        if let Some(before) = self.timer.try_update_value(|held| std::mem::replace(held, timer)).flatten() {
            before.clear();
        }
    }

    /// Twice as long each time, and never the same for two browsers.
    fn next_pause(self) -> Duration {
        let pauses = self.pauses.get_value();
        self.pauses.set_value((pauses + 1).min(10));
        let longest = FIRST_PAUSE.saturating_mul(1 << pauses).min(LONGEST_PAUSE);
        longest.mul_f64(0.5 + js_sys::Math::random() / 2.0)
    }
}

async fn post(parcel: &Parcel) -> Result<(), RequestError> {
    let (to, client_id) = (parcel.conversation_id.to_string(), parcel.client_id.to_string());
    let sending = server_fns::post_message(to, parcel.body.clone(), Some(client_id));
    within(PATIENCE, sending).await.map(|_| ())
}

/// What the server answers within this time.
pub(super) async fn within<T>(time: Duration, asking: impl Future<Output = RequestResult<T>>) -> RequestResult<T> {
    match select(pin!(asking), pin!(sleep(time))).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(RequestError::Network),
    }
}
