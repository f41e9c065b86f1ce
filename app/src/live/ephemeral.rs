//! Typing indicators and presence, as received by this page. Nothing of them is stored.

use crate::{browser, server_fns};
use leptos::{prelude::*, task::spawn_local};
use model::{ConversationId, Envelope, Event, PersonId, PresenceUpdate, Typing};
use std::{collections::HashMap, time::Duration};

/// A typing indicator expires after this time. Measured from its arrival, since clocks differ.
const TYPING_EXPIRY: Duration = Duration::from_secs(5);
/// Milliseconds between two typing signals of the viewer.
const ANNOUNCE_INTERVAL: f64 = 3_000.0;

/// Typing indicators and presence. Cheap to copy; part of [`super::Live`].
#[derive(Clone, Copy)]
pub struct Ephemeral {
    /// The conversations in which the counterpart is typing, each with the number of the last typing signal.
    typing: RwSignal<HashMap<ConversationId, u32>>,
    /// The last presence update.
    pub last_presence: RwSignal<Option<PresenceUpdate>>,
    /// Numbers the typing signals, so that the timeout of an older signal doesn't end a newer one.
    typing_count: StoredValue<u32>,
    /// The last conversation in which a typing signal was sent, and the time of it in monotonic milliseconds.
    last_announced: StoredValue<Option<(ConversationId, f64)>>,
}

impl Ephemeral {
    pub(super) fn new() -> Self {
        Self {
            typing: RwSignal::default(),
            last_presence: RwSignal::new(None),
            typing_count: StoredValue::new(0),
            last_announced: StoredValue::new(None),
        }
    }

    /// Returns whether the counterpart is typing in this conversation.
    pub fn is_typing(self, conversation: ConversationId) -> bool {
        self.typing.with(|typing| typing.contains_key(&conversation))
    }

    /// Sends a typing signal, unless one was just sent or the reader saves data.
    pub fn announce_typing(self, conversation: ConversationId) {
        let now = browser::monotonic_now();
        let just_announced = |(known, at)| known == conversation && now - at < ANNOUNCE_INTERVAL;
        if browser::saves_data() || self.last_announced.get_value().is_some_and(just_announced) {
            return;
        }
        self.last_announced.set_value(Some((conversation, now)));
        spawn_local(async move {
            // A late typing signal is worthless, so there is no retry.
            let _ = server_fns::send_typing(conversation.to_string()).await;
        });
    }

    /// Resets the interval after a message was sent: the next key sends a typing signal at once.
    pub fn reset_typing(self) {
        self.last_announced.set_value(None);
    }

    pub(super) fn on_typing(self, typing: Typing) {
        self.typing_count.update_value(|count| *count += 1);
        let (id, number) = (typing.conversation_id, self.typing_count.get_value());
        self.typing.update(|typing| {
            typing.insert(id, number);
        });
        let expire = move || {
            self.typing.maybe_update(|typing| typing.get(&id) == Some(&number) && typing.remove(&id).is_some());
        };
        set_timeout(expire, TYPING_EXPIRY);
    }

    pub(super) fn on_presence(self, update: PresenceUpdate) {
        self.last_presence.set(Some(update));
    }

    /// Ends the typing indicator when the counterpart's message arrives.
    pub(super) fn on_event(self, me: PersonId, envelope: &Envelope) {
        if let Event::MessageCreated { message } = &envelope.event {
            let theirs = message.sender.id != me;
            self.typing.maybe_update(|typing| theirs && typing.remove(&message.conversation_id).is_some());
        }
    }
}
