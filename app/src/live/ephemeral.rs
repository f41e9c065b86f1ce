//! Who is typing and who is here, as far as this page was told: it passes, and nothing is kept of it.

use crate::{browser, server_fns};
use leptos::{prelude::*, task::spawn_local};
use model::{ConversationId, Envelope, Event, PersonId, PresenceUpdate, Typing};
use std::{collections::HashMap, time::Duration};

/// Somebody who was typing so long ago has stopped. Reckoned from when it was heard: clocks differ.
const TYPING_EXPIRY: Duration = Duration::from_secs(5);
/// It is said once in this time, however fast somebody types.
const ANNOUNCE_INTERVAL: f64 = 3_000.0;

/// Cheap to copy; part of [`super::Live`].
#[derive(Clone, Copy)]
pub struct Ephemeral {
    /// Where the other is typing, each with the number under which that was heard last.
    typing: RwSignal<HashMap<ConversationId, u32>>,
    /// Whoever came or left last.
    pub came: RwSignal<Option<PresenceUpdate>>,
    /// Counts what was heard of typing, so that an older end doesn't end a newer one.
    typing_count: StoredValue<u32>,
    /// Where the viewer was said to be typing last, and when.
    last_announced: StoredValue<Option<(ConversationId, f64)>>,
}

impl Ephemeral {
    pub(super) fn new() -> Self {
        Self {
            typing: RwSignal::default(),
            came: RwSignal::new(None),
            typing_count: StoredValue::new(0),
            last_announced: StoredValue::new(None),
        }
    }

    /// Whether the other is typing there.
    pub fn is_typing(self, conversation: ConversationId) -> bool {
        self.typing.with(|typing| typing.contains_key(&conversation))
    }

    /// Says that the viewer is typing, unless that was said just now or costs too much.
    pub fn announce_typing(self, conversation: ConversationId) {
        let now = browser::monotonic_now();
        let just_announced = |(place, at)| place == conversation && now - at < ANNOUNCE_INTERVAL;
        if browser::saves_data() || self.last_announced.get_value().is_some_and(just_announced) {
            return;
        }
        self.last_announced.set_value(Some((conversation, now)));
        spawn_local(async move {
            // Worth nothing later, so it isn't tried again.
            let _ = server_fns::send_typing(conversation.to_string()).await;
        });
    }

    /// What was typed has gone out: whatever comes next is said anew.
    pub fn reset_typing(self) {
        self.last_announced.set_value(None);
    }

    pub(super) fn on_typing(self, typing: Typing) {
        self.typing_count.update_value(|count| *count += 1);
        let (id, number) = (typing.conversation_id, self.typing_count.get_value());
        self.typing.update(|typing| {
            typing.insert(id, number);
        });
        let over = move || {
            self.typing.maybe_update(|typing| typing.get(&id) == Some(&number) && typing.remove(&id).is_some());
        };
        set_timeout(over, TYPING_EXPIRY);
    }

    pub(super) fn on_presence(self, came: PresenceUpdate) {
        self.came.set(Some(came));
    }

    /// Whoever has sent what they wrote isn't typing it any more.
    pub(super) fn on_event(self, me: PersonId, envelope: &Envelope) {
        if let Event::MessageCreated { message } = &envelope.event {
            let theirs = message.sender.id != me;
            self.typing.maybe_update(|typing| theirs && typing.remove(&message.conversation_id).is_some());
        }
    }
}
