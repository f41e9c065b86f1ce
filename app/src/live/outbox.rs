//! Messages on their way: shown at once, sent one after the other, kept until they have arrived.

use super::Live;
use crate::{answer::Failure, functions};
use leptos::{prelude::*, task::spawn_local};
use model::{ClientId, ConversationId, Message, Refusal};
use std::time::Duration;
use uuid::Uuid;

/// The pause before a message that didn't get through is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// How far a message has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// In line, or on the wire.
    Sending,
    /// The server has it; the thread will show it any moment.
    Sent,
    /// It didn't go out.
    Failed(Failure),
}

/// A message that isn't in the thread yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    pub conversation_id: ConversationId,
    pub client_id: ClientId,
    pub body: String,
    pub stage: Stage,
}

/// The messages of this page that are on their way. Cheap to copy; stands in the context.
#[derive(Clone, Copy)]
pub struct Outbox {
    parcels: RwSignal<Vec<Parcel>>,
    sending: StoredValue<bool>,
    drafts: StoredValue<Vec<(ConversationId, String)>>,
}

impl Outbox {
    /// Puts it into the context. What failed for want of a connection goes out when there is one.
    pub fn provide(live: Live) {
        let outbox =
            Self { parcels: RwSignal::default(), sending: StoredValue::new(false), drafts: StoredValue::default() };
        Effect::new(move || {
            let unsent = |parcel: &Parcel| parcel.stage != Stage::Sent;
            live.unsent.set(outbox.parcels.with(|parcels| parcels.iter().any(unsent)));
        });
        Effect::new(move || {
            if live.opened.get() > 0 {
                outbox.retry_unreached();
            }
        });
        provide_context(outbox);
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

    /// Lets go of what has arrived.
    pub fn forget(self, arrived: &[Message]) {
        let is_there = |parcel: &Parcel| arrived.iter().rev().any(|message| message.client_id == parcel.client_id);
        self.parcels.maybe_update(|parcels| {
            let before = parcels.len();
            parcels.retain(|parcel| !is_there(parcel));
            parcels.len() != before
        });
    }

    /// Takes a message to be sent.
    pub fn send(self, conversation_id: ConversationId, body: String) {
        let client_id = ClientId(Uuid::new_v4());
        let parcel = Parcel { conversation_id, client_id, body, stage: Stage::Sending };
        self.parcels.update(|parcels| parcels.push(parcel));
        self.start();
    }

    /// Sends a message again that failed.
    pub fn retry(self, client_id: ClientId) {
        self.set_stage(client_id, Stage::Sending);
        self.start();
    }

    /// Lets go of a message that failed.
    pub fn discard(self, client_id: ClientId) {
        self.parcels.update(|parcels| parcels.retain(|parcel| parcel.client_id != client_id));
    }

    /// What was being written to a conversation when its page was left.
    pub fn draft(self, id: ConversationId) -> String {
        let found = |drafts: &Vec<(ConversationId, String)>| drafts.iter().find(|draft| draft.0 == id).cloned();
        self.drafts.with_value(found).map(|draft| draft.1).unwrap_or_default()
    }

    /// Remembers what is being written.
    pub fn keep_draft(self, id: ConversationId, text: String) {
        self.drafts.update_value(|drafts| {
            drafts.retain(|draft| draft.0 != id);
            drafts.push((id, text));
        });
    }

    fn retry_unreached(self) {
        let unreached = Stage::Failed(Failure::Unreached);
        self.parcels.maybe_update(|parcels| {
            let failed: Vec<_> = parcels.iter_mut().filter(|parcel| parcel.stage == unreached).collect();
            let any = !failed.is_empty();
            failed.into_iter().for_each(|parcel| parcel.stage = Stage::Sending);
            any
        });
        self.start();
    }

    /// Sends what is in line, one after the other, so that it arrives in the order it was written.
    fn start(self) {
        if self.sending.get_value() {
            return;
        }
        self.sending.set_value(true);
        spawn_local(async move {
            while let Some(next) = self.next() {
                let answer =
                    functions::post(next.conversation_id.to_string(), next.body, Some(next.client_id.to_string()));
                match answer.await {
                    Ok(_) => self.set_stage(next.client_id, Stage::Sent),
                    Err(failure) => self.fail(next.client_id, failure),
                }
            }
            self.sending.set_value(false);
        });
    }

    fn next(self) -> Option<Parcel> {
        self.parcels.with_untracked(|parcels| parcels.iter().find(|parcel| parcel.stage == Stage::Sending).cloned())
    }

    /// Without a connection nothing behind it would arrive either, or it would overtake: all wait.
    fn fail(self, client_id: ClientId, failure: Failure) {
        let all_wait = matches!(failure, Failure::Unreached | Failure::Refused(Refusal::Unauthenticated));
        if failure == Failure::Unreached {
            // The stream may never notice such a hiccup, and then nothing else would try again.
            set_timeout(move || self.retry_unreached(), TRY_AGAIN);
        }
        self.parcels.update(|parcels| {
            for parcel in parcels.iter_mut().filter(|parcel| parcel.stage == Stage::Sending) {
                if all_wait || parcel.client_id == client_id {
                    parcel.stage = Stage::Failed(failure.clone());
                }
            }
        });
    }

    fn set_stage(self, client_id: ClientId, stage: Stage) {
        self.parcels.update(|parcels| {
            if let Some(parcel) = parcels.iter_mut().find(|parcel| parcel.client_id == client_id) {
                parcel.stage = stage;
            }
        });
    }
}
