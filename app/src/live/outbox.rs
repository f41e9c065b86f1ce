//! The outbox: messages that the server doesn't have yet. Each is stored in this browser before it is shown.
//!
//! They are sent one after the other in the order of writing, whichever tab they were written in, and by one tab at a
//! time. A message keeps its `clientId` through every retry, so that a lost response, a reload or a second tab never
//! duplicates it.

mod persistence;

pub(super) mod storage;

use super::{
    IN_BROWSER, Live, account_deletion, browser_key,
    drafts::{DraftKey, Drafts},
    leader_election::{self, TabMessage},
    locks::{self, Lock, LockEnd},
    read_only, sign_out, stream,
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

/// Send timeout. Retrying is safe: `clientId` makes the request idempotent.
const SEND_TIMEOUT: Duration = Duration::from_secs(20);
/// Delivered messages whose ids are remembered, for broadcasts of other tabs that arrive late.
const MAX_REMEMBERED: usize = 200;
const INITIAL_BACKOFF: Duration = Duration::from_secs(1);
const MAX_BACKOFF: Duration = Duration::from_secs(30);

/// The progress of a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SendState {
    /// Queued, or being sent.
    Sending,
    /// The server has it; its event is about to arrive.
    Sent,
    /// Sending failed. Retried automatically if the error [is transient](RequestError::is_transient).
    Failed(RequestError),
}

/// A message that isn't in the thread yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingMessage {
    /// Its key in this browser's storage, which gives the order; `None` if it couldn't be stored.
    #[serde(rename = "place")]
    pub(super) storage_key: Option<u32>,
    pub conversation_id: ConversationId,
    pub client_id: ClientId,
    pub body: String,
    #[serde(rename = "stage")]
    pub state: SendState,
}

impl PendingMessage {
    /// Returns whether the message survives the page.
    pub fn is_stored(&self) -> bool {
        self.storage_key.is_some()
    }

    /// Returns whether the server refused the message for good, so that the person must act.
    fn is_rejected(&self) -> bool {
        matches!(&self.state, SendState::Failed(failure) if !failure.is_transient())
    }
}

/// The queue of messages that aren't delivered yet. Cheap to copy; stored in the Leptos context.
#[derive(Clone, Copy)]
pub struct Outbox {
    pub(super) live: Live,
    entries: RwSignal<Vec<PendingMessage>>,
    sending: StoredValue<bool>,
    backoff_attempts: StoredValue<u32>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// The last messages whose events have arrived.
    delivered: StoredValue<VecDeque<ClientId>>,
    /// The conversation of the last message written in this tab, and the number of messages written.
    pub last_written: RwSignal<(Option<ConversationId>, u32)>,
    /// The unsent text of each conversation.
    pub drafts: Drafts,
}

impl Outbox {
    /// Creates it and stores it in the context. Retries transient failures each time the stream opens.
    pub fn provide(live: Live) -> Self {
        let (sending, backoff_attempts, timer) = (StoredValue::new(false), StoredValue::new(0), StoredValue::new(None));
        let (delivered, last_written) = (StoredValue::default(), RwSignal::new((None, 0)));
        let (entries, drafts) = (RwSignal::default(), Drafts::new());
        let outbox = Self { live, entries, sending, backoff_attempts, timer, delivered, last_written, drafts };
        effect(move || {
            let unsent = |entry: &PendingMessage| entry.state != SendState::Sent;
            live.unsent.set(outbox.entries.with(|entries| entries.iter().filter(|entry| unsent(entry)).count()));
        });
        effect(move || {
            if live.times_opened.get() > 0 {
                outbox.retry_failed();
            }
        });
        provide_context(outbox);
        if IN_BROWSER {
            drafts.watch_other_tabs();
            browser_key::watch_session(outbox);
            read_only::watch_sign_in(outbox);
            sign_out::watch_intent(outbox);
            account_deletion::clear_stale_intent();
        }
        outbox
    }

    /// Returns the outbox stored in the context.
    pub fn current() -> Self {
        expect_context()
    }

    /// Returns the pending messages of a conversation, without those among `delivered`.
    pub fn pending_for(self, id: ConversationId, delivered: &[Message]) -> Vec<PendingMessage> {
        let is_delivered =
            |entry: &PendingMessage| delivered.iter().rev().any(|message| message.client_id == entry.client_id);
        self.entries.with(|entries| {
            entries.iter().filter(|entry| entry.conversation_id == id && !is_delivered(entry)).cloned().collect()
        })
    }

    /// Queues a message to be sent. Stores it before it is shown.
    pub fn enqueue(self, conversation_id: ConversationId, body: String) {
        let client_id = ClientId(browser::new_id());
        let mut entry =
            PendingMessage { storage_key: None, conversation_id, client_id, body, state: SendState::Sending };
        spawn_local(async move {
            if let Some(me) = self.live.me() {
                entry.storage_key = storage::save_message(me, &entry).await;
                // Delete the draft only now: if the page dies in between, either the draft or the message is stored.
                let key = DraftKey { person: me, conversation: conversation_id };
                if self.drafts.load(key).trim() == entry.body {
                    self.drafts.save(key, "");
                }
            }
            self.publish_pending(entry);
            self.last_written
                .update(|(conversation, times)| (*conversation, *times) = (Some(conversation_id), *times + 1));
            // Messages that failed earlier are sent before it.
            self.retry_failed();
        });
    }

    /// Retries a failed message.
    pub fn retry_message(self, client_id: ClientId) {
        self.set_state(client_id, SendState::Sending);
        self.retry_failed();
    }

    /// Discards a failed message.
    pub fn discard_message(self, client_id: ClientId) {
        let Some(entry) = self.find_pending(client_id) else { return };
        self.remove_pending(client_id);
        leader_election::broadcast(&TabMessage::Removed(client_id));
        if let (Some(me), Some(storage_key)) = (self.live.me(), entry.storage_key) {
            spawn_local(async move {
                storage::remove_message(me, storage_key).await;
            });
        }
    }

    /// Returns the conversation's first message that was refused for good: it goes back into the composer.
    pub fn first_rejected(self, id: ConversationId) -> Option<(PendingMessage, RequestError)> {
        self.entries.with(|entries| {
            let back = entries.iter().find(|entry| entry.conversation_id == id && entry.is_rejected())?;
            let SendState::Failed(failure) = &back.state else { return None };
            Some((back.clone(), failure.clone()))
        })
    }

    /// Shows a message of another tab in the state which that tab reports. If that tab goes, this one sends it.
    pub(super) fn adopt_pending(self, entry: PendingMessage) {
        let state = entry.state.clone();
        self.upsert_pending(entry);
        match state {
            SendState::Sending => self.start_sending(),
            SendState::Failed(failure) if failure.is_transient() => self.retry_after(MAX_BACKOFF),
            SendState::Sent | SendState::Failed(_) => {}
        }
    }

    /// Removes a message when its event arrives, even if the response to the request was lost.
    pub(super) fn on_event(self, me: PersonId, envelope: &Envelope) {
        let Event::MessageCreated { message } = &envelope.event else { return };
        if message.sender.id != me {
            return;
        }
        let stored = self.find_pending(message.client_id).and_then(|entry| entry.storage_key);
        self.remove_pending(message.client_id);
        self.delivered.update_value(|delivered| {
            delivered.push_back(message.client_id);
            if delivered.len() > MAX_REMEMBERED {
                delivered.pop_front();
            }
        });
        if let Some(storage_key) = stored {
            spawn_local(async move {
                storage::remove_message(me, storage_key).await;
            });
        }
    }

    pub(super) fn remove_pending(self, client_id: ClientId) {
        self.entries.update(|entries| entries.retain(|entry| entry.client_id != client_id));
    }

    fn find_pending(self, client_id: ClientId) -> Option<PendingMessage> {
        self.entries.with_untracked(|entries| entries.iter().find(|entry| entry.client_id == client_id).cloned())
    }

    fn upsert_pending(self, entry: PendingMessage) {
        // Another tab's broadcast may arrive after the event.
        if self.delivered.with_value(|delivered| delivered.contains(&entry.client_id)) {
            return;
        }
        self.entries.update(|entries| match entries.iter_mut().find(|known| known.client_id == entry.client_id) {
            Some(known) => *known = entry,
            None => entries.push(entry),
        });
    }

    fn publish_pending(self, entry: PendingMessage) {
        leader_election::broadcast(&TabMessage::Pending(entry.clone()));
        self.upsert_pending(entry);
    }

    fn set_state(self, client_id: ClientId, state: SendState) {
        if let Some(entry) = self.find_pending(client_id) {
            self.publish_pending(PendingMessage { state, ..entry });
        }
    }

    /// Queues the messages with transient failures again.
    fn retry_failed(self) {
        let waits =
            |entry: &&PendingMessage| matches!(&entry.state, SendState::Failed(failure) if failure.is_transient());
        let waiting: Vec<ClientId> =
            self.entries.with_untracked(|entries| entries.iter().filter(waits).map(|entry| entry.client_id).collect());
        waiting.into_iter().for_each(|client_id| self.set_state(client_id, SendState::Sending));
        self.start_sending();
    }

    /// Sends the queued messages, once no other tab is sending.
    fn start_sending(self) {
        let Some(me) = self.live.me() else { return };
        if self.sending.get_value() || self.next_to_send().is_none() {
            return;
        }
        self.sending.set_value(true);
        self.acquire_send_lock(me, false);
    }

    fn acquire_send_lock(self, me: PersonId, steal: bool) {
        let granted = Rc::new(Cell::new(false));
        let grant_flag = granted.clone();
        let on_granted = move |lock: Rc<Lock>| {
            grant_flag.set(true);
            spawn_local(async move {
                self.send_all(me).await;
                lock.release();
            });
        };
        let Some((_, ended)) = locks::request_lock(&format!("greenroom-outbox-{me}"), steal, on_granted) else {
            return spawn_local(self.send_all(me));
        };
        spawn_local(async move {
            // If another tab steals the lock, this one may request it again.
            if ended.await == LockEnd::Refused {
                self.send_all(me).await;
            }
            self.sending.set_value(false);
        });
        // A tab that is suspended while it holds the lock never releases it.
        let steal_unless_granted = move || {
            if !granted.get() && !steal {
                self.acquire_send_lock(me, true)
            }
        };
        set_timeout(steal_unless_granted, SEND_TIMEOUT * 2);
    }

    async fn send_all(self, me: PersonId) {
        while let Some(next) = self.next_to_send() {
            let answer = post_message(&next).await;
            // It may have been stored while the request ran.
            let storage_key = self.find_pending(next.client_id).map_or(next.storage_key, |known| known.storage_key);
            let next = PendingMessage { storage_key, ..next };
            match answer {
                Ok(()) => {
                    self.backoff_attempts.set_value(0);
                    if let Some(storage_key) = next.storage_key {
                        storage::remove_message(me, storage_key).await;
                    }
                    self.set_state(next.client_id, SendState::Sent);
                }
                Err(failure) => self.handle_failure(me, next, failure).await,
            }
        }
        self.sending.set_value(false);
    }

    /// Returns the next queued message. Skips conversations with an earlier message that waits for a retry.
    fn next_to_send(self) -> Option<PendingMessage> {
        self.entries.with_untracked(|entries| {
            let mut waiting = Vec::new();
            for entry in entries {
                match &entry.state {
                    SendState::Sending if !waiting.contains(&entry.conversation_id) => return Some(entry.clone()),
                    SendState::Failed(failure) if failure.is_transient() => waiting.push(entry.conversation_id),
                    _ => {}
                }
            }
            None
        })
    }

    async fn handle_failure(self, me: PersonId, entry: PendingMessage, failure: RequestError) {
        if !failure.is_transient() {
            let refused = PendingMessage { state: SendState::Failed(failure), ..entry };
            if let Some(storage_key) = refused.storage_key {
                storage::update_message(me, storage_key, &refused).await;
            }
            self.publish_pending(refused);
            return;
        }
        // Without a connection later messages would fail too, or overtake this one: all of them wait.
        let queued: Vec<ClientId> = self.entries.with_untracked(|entries| {
            let sending = entries.iter().filter(|entry| entry.state == SendState::Sending);
            sending.map(|entry| entry.client_id).collect()
        });
        queued.into_iter().for_each(|client_id| self.set_state(client_id, SendState::Failed(failure.clone())));
        match failure {
            RequestError::Refused(ApiError::Unauthenticated) => stream::on_session_end(self.live),
            // It is sent once its person signs in again.
            RequestError::Refused(ApiError::OtherPerson) => {}
            RequestError::Refused(ApiError::RateLimited { retry_after }) => {
                self.retry_after(Duration::from_secs(retry_after))
            }
            // The stream may not notice a short failure, and then only this timer causes a retry.
            _ => self.retry_after(self.next_backoff()),
        }
    }

    /// Retries after a pause. A single timer: tabs that answer each other's broadcasts would multiply them.
    fn retry_after(self, pause: Duration) {
        let timer = set_timeout_with_handle(move || self.retry_failed(), pause).ok();
        if let Some(before) = self.timer.try_update_value(|held| std::mem::replace(held, timer)).flatten() {
            before.clear();
        }
    }

    /// Exponential backoff with jitter, so that browsers don't retry together.
    fn next_backoff(self) -> Duration {
        let backoff_attempts = self.backoff_attempts.get_value();
        self.backoff_attempts.set_value((backoff_attempts + 1).min(10));
        let longest = INITIAL_BACKOFF.saturating_mul(1 << backoff_attempts).min(MAX_BACKOFF);
        longest.mul_f64(0.5 + js_sys::Math::random() / 2.0)
    }
}

async fn post_message(entry: &PendingMessage) -> Result<(), RequestError> {
    let (to, client_id) = (entry.conversation_id.to_string(), entry.client_id.to_string());
    let sending = server_fns::post_message(to, entry.body.clone(), Some(client_id));
    with_timeout(SEND_TIMEOUT, sending).await.map(|_| ())
}

/// Waits for the response with a timeout, after which it fails with `Network`.
pub(super) async fn with_timeout<T>(
    time: Duration,
    request: impl Future<Output = RequestResult<T>>,
) -> RequestResult<T> {
    match select(pin!(request), pin!(sleep(time))).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(RequestError::Network),
    }
}
