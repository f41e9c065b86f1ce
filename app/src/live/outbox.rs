//! The outbox: messages that the server doesn't have yet. Each is stored in this browser before it is shown.
//!
//! They are sent one after the other in the order of writing, whichever tab they were written in, and by one tab at a
//! time. A message keeps its `clientId` through every retry, so that a lost response, a reload or a second tab never
//! duplicates it.

mod pending_message;
mod persistence;
mod queue;
mod send_lock;
pub(super) mod storage;

pub use pending_message::{PendingMessage, SendState};

use super::{
    Live, backoff,
    drafts::{DraftKey, Drafts},
    tab_channel,
    tab_message::TabMessage,
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
use model::{ClientId, ConversationId, Envelope, Event, Message, PersonId};
use queue::{Effect, Input, Queue};
use std::{pin::pin, time::Duration};

/// Send timeout. Retrying is safe: `clientId` makes the request idempotent.
const SEND_TIMEOUT: Duration = Duration::from_secs(20);
const MAX_BACKOFF: Duration = Duration::from_secs(30);

/// The messages that aren't delivered yet. Cheap to copy; stored in the Leptos context.
#[derive(Clone, Copy)]
pub struct Outbox {
    pub(super) live: Live,
    queue: RwSignal<Queue>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// The conversation of the last message written in this tab, and the number of messages written.
    pub last_written: RwSignal<(Option<ConversationId>, u32)>,
    /// The unsent text of each conversation.
    pub drafts: Drafts,
}

impl Outbox {
    /// Creates it and stores it in the context. Retries transient failures each time the stream opens.
    pub(super) fn provide(live: Live) -> Self {
        let (queue, timer) = (RwSignal::default(), StoredValue::new(None));
        let (last_written, drafts) = (RwSignal::new((None, 0)), Drafts::new());
        let outbox = Self { live, queue, timer, last_written, drafts };
        effect(move || {
            let unsent = |entry: &&PendingMessage| entry.state != SendState::Sent;
            live.unsent.set(outbox.queue.with(|queue| queue.entries().iter().filter(unsent).count()));
        });
        effect(move || {
            if live.times_opened.get() > 0 {
                outbox.apply(Input::RetryDue);
            }
        });
        provide_context(outbox);
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
        let is_pending = |entry: &&PendingMessage| entry.conversation_id == id && !is_delivered(entry);
        self.queue.with(|queue| queue.entries().iter().filter(is_pending).cloned().collect())
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
            self.apply(Input::Written(entry));
            self.last_written
                .update(|(conversation, times)| (*conversation, *times) = (Some(conversation_id), *times + 1));
        });
    }

    /// Retries a failed message.
    pub fn retry_message(self, client_id: ClientId) {
        self.apply(Input::Retried(client_id));
    }

    /// Discards a failed message.
    pub fn discard_message(self, client_id: ClientId) {
        self.apply(Input::Discarded(client_id));
    }

    /// Returns the conversation's first message that was refused for good: it goes back into the composer.
    pub fn first_rejected(self, id: ConversationId) -> Option<(PendingMessage, RequestError)> {
        self.queue.with(|queue| {
            let back = queue.entries().iter().find(|entry| entry.conversation_id == id && entry.is_rejected())?;
            let SendState::Failed(failure) = &back.state else { return None };
            Some((back.clone(), failure.clone()))
        })
    }

    /// Follows a change of the outbox in another tab.
    pub(super) fn on_tab_message(self, message: TabMessage) {
        match message {
            TabMessage::Pending(entry) => self.apply(Input::Adopted(entry)),
            TabMessage::Removed(client_id) => self.apply(Input::Removed(client_id)),
            TabMessage::SigningOut => self.clear_pending(),
            // These concern the stream.
            TabMessage::Stream(_)
            | TabMessage::Replayed(_)
            | TabMessage::Connection(_)
            | TabMessage::RequestReplay(_)
            | TabMessage::Ping
            | TabMessage::Pong => {}
        }
    }

    /// Removes a message when its event arrives, even if the response to the request was lost.
    pub(super) fn on_event(self, me: PersonId, envelope: &Envelope) {
        let Event::MessageCreated { message } = &envelope.event else { return };
        if message.sender.id == me {
            self.apply(Input::Delivered(message.client_id));
        }
    }

    fn apply(self, input: Input) {
        let effects = self.queue.try_update(|queue| queue.on(input)).unwrap_or_default();
        effects.into_iter().for_each(|effect| self.execute(effect));
    }

    fn execute(self, effect: Effect) {
        match effect {
            Effect::RequestLock => send_lock::request(self),
            Effect::ReleaseLock => send_lock::release(),
            Effect::Send(entry) => spawn_local(async move {
                let answer = post_message(&entry).await;
                self.apply(Input::Answered(entry.client_id, answer));
            }),
            Effect::BroadcastPending(entry) => tab_channel::broadcast(&TabMessage::Pending(entry)),
            Effect::BroadcastRemoved(client_id) => tab_channel::broadcast(&TabMessage::Removed(client_id)),
            Effect::UpdateStored(entry) => self.spawn_for_person(|me| async move {
                if let Some(storage_key) = entry.storage_key {
                    storage::update_message(me, storage_key, &entry).await;
                }
            }),
            Effect::RemoveStored(storage_key) => self.spawn_for_person(|me| async move {
                storage::remove_message(me, storage_key).await;
            }),
            Effect::RetryAfter(pause) => self.schedule_retry(pause),
            Effect::RetryWithin(longest) => self.schedule_retry(longest.mul_f64(backoff::jitter())),
            Effect::EndSession => self.live.recheck_session(),
        }
    }

    fn spawn_for_person<F: Future<Output = ()> + 'static>(self, work: impl FnOnce(PersonId) -> F) {
        if let Some(me) = self.live.me() {
            spawn_local(work(me));
        }
    }

    fn schedule_retry(self, pause: Duration) {
        let timer = set_timeout_with_handle(move || self.apply(Input::RetryDue), pause).ok();
        if let Some(before) = self.timer.try_update_value(|held| std::mem::replace(held, timer)).flatten() {
            before.clear();
        }
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
