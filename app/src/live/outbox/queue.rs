//! The outbox as a state machine, which runs without a browser: [`Queue::on`] takes an input and returns the effects
//! that the page must execute, in order.
//!
//! A tab sends one message at a time, and only while it holds the lock that all tabs of the browser share.

#[cfg(test)]
mod tests;

use super::{MAX_BACKOFF, PendingMessage, SendState};
use crate::{live::backoff::longest_pause, request_error::RequestError};
use model::{ApiError, ClientId, ConversationId};
use std::{collections::VecDeque, time::Duration};

/// Delivered messages whose ids are remembered, for broadcasts of other tabs that arrive late.
const MAX_REMEMBERED: usize = 200;
const INITIAL_BACKOFF: Duration = Duration::from_secs(1);

/// What has happened.
#[derive(Clone, Debug)]
pub(super) enum Input {
    /// A message was written in this tab.
    Written(PendingMessage),
    /// Another tab reports a message in its present state, or it was read from storage. If that tab goes, this one
    /// sends it.
    Adopted(PendingMessage),
    /// A message that was written before storage could be used is stored now, under this key.
    Stored(ClientId, u32),
    /// The person retries a failed message.
    Retried(ClientId),
    /// The person discards a failed message.
    Discarded(ClientId),
    /// The person has discarded a message in another tab.
    Removed(ClientId),
    /// The event of a message has arrived.
    Delivered(ClientId),
    /// This tab may send: it has the lock, or the browser has no locks.
    LockGranted,
    /// This tab no longer has the lock or waits for it: another tab has taken it, or the page is being left.
    LockLost,
    /// A request has ended.
    Answered(ClientId, Result<(), RequestError>),
    /// It is time to retry: the timer has elapsed, or the stream has opened.
    RetryDue,
    /// The person signs out: everything is dropped.
    Cleared,
}

/// What the page must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Request the lock; the answer is [`Input::LockGranted`] or [`Input::LockLost`].
    RequestLock,
    ReleaseLock,
    /// Send the message; the answer is [`Input::Answered`].
    Send(PendingMessage),
    /// Tell the other tabs the message's state.
    BroadcastPending(PendingMessage),
    /// Tell the other tabs that the person has discarded the message.
    BroadcastRemoved(ClientId),
    /// Replace the stored message, whose storage key is set.
    UpdateStored(PendingMessage),
    /// Delete the message with this storage key.
    RemoveStored(u32),
    /// Give [`Input::RetryDue`] after this time, in place of an earlier timer: tabs that answer each other's broadcasts
    /// would multiply them.
    RetryAfter(Duration),
    /// Like `RetryAfter`, after a random part of this time, so that browsers don't retry together.
    RetryWithin(Duration),
    /// The server has answered that no session exists.
    EndSession,
}

/// Whether this tab sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sender {
    #[default]
    Idle,
    WaitingForLock,
    /// A request runs. It goes on when the lock is lost.
    Sending {
        holds_lock: bool,
    },
}

/// The messages that aren't in their threads yet, in the order of sending.
#[derive(Default)]
pub(super) struct Queue {
    entries: Vec<PendingMessage>,
    sender: Sender,
    /// Transient failures since the last message that the server took.
    failures: u32,
    /// The last messages whose events have arrived.
    delivered: VecDeque<ClientId>,
}

impl Queue {
    /// Returns the messages in the order of sending.
    pub(super) fn entries(&self) -> &[PendingMessage] {
        &self.entries
    }

    /// Applies an input and returns the effects.
    #[must_use]
    pub(super) fn on(&mut self, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::Written(entry) => {
                self.publish(entry, &mut effects);
                // Messages that failed earlier are sent before it.
                self.retry_failed(&mut effects);
            }
            Input::Adopted(entry) => self.adopt(entry, &mut effects),
            Input::Stored(client_id, storage_key) => self.record_stored(client_id, storage_key, &mut effects),
            Input::Retried(client_id) => {
                self.set_state(client_id, SendState::Sending, &mut effects);
                self.retry_failed(&mut effects);
            }
            Input::Discarded(client_id) => self.discard(client_id, &mut effects),
            Input::Removed(client_id) => drop(self.take(client_id)),
            Input::Delivered(client_id) => self.record_delivered(client_id, &mut effects),
            Input::LockGranted => match &mut self.sender {
                Sender::Sending { holds_lock } => *holds_lock = true,
                Sender::Idle | Sender::WaitingForLock => self.send_next(&mut effects),
            },
            Input::LockLost => match &mut self.sender {
                Sender::Sending { holds_lock } => *holds_lock = false,
                Sender::Idle | Sender::WaitingForLock => self.sender = Sender::Idle,
            },
            Input::Answered(client_id, answer) => self.handle_answer(client_id, answer, &mut effects),
            Input::RetryDue => self.retry_failed(&mut effects),
            Input::Cleared => self.entries.clear(),
        }
        effects
    }

    fn adopt(&mut self, entry: PendingMessage, effects: &mut Vec<Effect>) {
        let state = entry.state.clone();
        self.upsert(entry);
        match state {
            SendState::Sending => self.start_sending(effects),
            SendState::Failed(failure) if failure.is_transient() => effects.push(Effect::RetryAfter(MAX_BACKOFF)),
            SendState::Sent | SendState::Failed(_) => {}
        }
    }

    fn record_stored(&mut self, client_id: ClientId, storage_key: u32, effects: &mut Vec<Effect>) {
        match self.find(client_id) {
            Some(known) if known.state != SendState::Sent => {
                self.publish(PendingMessage { storage_key: Some(storage_key), ..known.clone() }, effects)
            }
            // It was delivered while it was being stored.
            _ => effects.push(Effect::RemoveStored(storage_key)),
        }
    }

    fn discard(&mut self, client_id: ClientId, effects: &mut Vec<Effect>) {
        let Some(entry) = self.take(client_id) else { return };
        effects.push(Effect::BroadcastRemoved(client_id));
        effects.extend(entry.storage_key.map(Effect::RemoveStored));
    }

    fn record_delivered(&mut self, client_id: ClientId, effects: &mut Vec<Effect>) {
        let stored = self.take(client_id).and_then(|entry| entry.storage_key);
        effects.extend(stored.map(Effect::RemoveStored));
        self.delivered.push_back(client_id);
        if self.delivered.len() > MAX_REMEMBERED {
            self.delivered.pop_front();
        }
    }

    fn find(&self, client_id: ClientId) -> Option<&PendingMessage> {
        self.entries.iter().find(|entry| entry.client_id == client_id)
    }

    fn take(&mut self, client_id: ClientId) -> Option<PendingMessage> {
        let index = self.entries.iter().position(|entry| entry.client_id == client_id)?;
        Some(self.entries.remove(index))
    }

    fn upsert(&mut self, entry: PendingMessage) {
        // Another tab's broadcast may arrive after the event.
        if self.delivered.contains(&entry.client_id) {
            return;
        }
        match self.entries.iter_mut().find(|known| known.client_id == entry.client_id) {
            Some(known) => *known = entry,
            None => self.entries.insert(self.index_for(&entry), entry),
        }
    }

    /// Returns where a new message belongs: stored ones are in the order of their keys, whenever this tab hears of them.
    fn index_for(&self, entry: &PendingMessage) -> usize {
        let is_later = |known: &PendingMessage| entry.is_stored() && known.storage_key > entry.storage_key;
        self.entries.iter().position(is_later).unwrap_or(self.entries.len())
    }

    fn publish(&mut self, entry: PendingMessage, effects: &mut Vec<Effect>) {
        effects.push(Effect::BroadcastPending(entry.clone()));
        self.upsert(entry);
    }

    fn set_state(&mut self, client_id: ClientId, state: SendState, effects: &mut Vec<Effect>) {
        if let Some(entry) = self.find(client_id).cloned() {
            self.publish(PendingMessage { state, ..entry }, effects);
        }
    }

    /// Queues the messages with transient failures again.
    fn retry_failed(&mut self, effects: &mut Vec<Effect>) {
        for client_id in self.ids_where(PendingMessage::waits_for_retry) {
            self.set_state(client_id, SendState::Sending, effects);
        }
        self.start_sending(effects);
    }

    fn ids_where(&self, condition: fn(&PendingMessage) -> bool) -> Vec<ClientId> {
        self.entries.iter().filter(|entry| condition(entry)).map(|entry| entry.client_id).collect()
    }

    fn start_sending(&mut self, effects: &mut Vec<Effect>) {
        if self.sender == Sender::Idle && self.next_to_send().is_some() {
            self.sender = Sender::WaitingForLock;
            effects.push(Effect::RequestLock);
        }
    }

    /// Sends the next message while this tab holds the lock, or releases it.
    fn send_next(&mut self, effects: &mut Vec<Effect>) {
        let Some(next) = self.next_to_send().cloned() else {
            self.sender = Sender::Idle;
            return effects.push(Effect::ReleaseLock);
        };
        self.sender = Sender::Sending { holds_lock: true };
        effects.push(Effect::Send(next));
    }

    /// Returns the next queued message. Skips conversations with an earlier message that waits for a retry.
    fn next_to_send(&self) -> Option<&PendingMessage> {
        let mut waiting: Vec<ConversationId> = Vec::new();
        self.entries.iter().find(|entry| {
            if entry.waits_for_retry() {
                waiting.push(entry.conversation_id);
            }
            entry.state == SendState::Sending && !waiting.contains(&entry.conversation_id)
        })
    }

    fn handle_answer(&mut self, client_id: ClientId, answer: Result<(), RequestError>, effects: &mut Vec<Effect>) {
        match answer {
            Ok(()) => {
                self.failures = 0;
                effects.extend(self.find(client_id).and_then(|entry| entry.storage_key).map(Effect::RemoveStored));
                self.set_state(client_id, SendState::Sent, effects);
            }
            Err(failure) if failure.is_transient() => self.pause(failure, effects),
            Err(failure) => {
                self.set_state(client_id, SendState::Failed(failure), effects);
                let refused = self.find(client_id).filter(|entry| entry.is_stored()).cloned();
                effects.extend(refused.map(Effect::UpdateStored));
            }
        }
        let Sender::Sending { holds_lock } = self.sender else { return };
        if holds_lock {
            self.send_next(effects);
        } else {
            self.sender = Sender::Idle;
            self.start_sending(effects);
        }
    }

    /// Lets all queued messages wait: without a connection later ones would fail too, or overtake the failed one.
    fn pause(&mut self, failure: RequestError, effects: &mut Vec<Effect>) {
        for client_id in self.ids_where(|entry| entry.state == SendState::Sending) {
            self.set_state(client_id, SendState::Failed(failure.clone()), effects);
        }
        match failure {
            RequestError::Refused(ApiError::Unauthenticated) => effects.push(Effect::EndSession),
            // It is sent once its person signs in again.
            RequestError::Refused(ApiError::OtherPerson) => {}
            RequestError::Refused(ApiError::RateLimited { retry_after }) => {
                effects.push(Effect::RetryAfter(Duration::from_secs(retry_after)))
            }
            // The stream may not notice a short failure, and then only this timer causes a retry.
            _ => effects.push(Effect::RetryWithin(self.next_backoff())),
        }
    }

    /// Returns the longest pause before the next retry.
    fn next_backoff(&mut self) -> Duration {
        let longest = longest_pause(INITIAL_BACKOFF, MAX_BACKOFF, self.failures);
        self.failures = self.failures.saturating_add(1);
        longest
    }
}
