//! Who is typing and who is here, as far as this page was told: it passes, and nothing is kept of it.

use crate::functions;
use leptos::{prelude::*, task::spawn_local};
use model::{Came, ConversationId, Envelope, Event, PersonId, Typing};
use std::time::Duration;

/// Somebody who was typing so long ago has stopped. Reckoned from when it was heard: clocks differ.
const LASTS: Duration = Duration::from_secs(5);
/// It is said once in this time, however fast somebody types.
const SAY_EVERY: f64 = 3_000.0;

/// Cheap to copy; part of [`super::Live`].
#[derive(Clone, Copy)]
pub struct Passing {
    typing: RwSignal<Option<(ConversationId, PersonId)>>,
    /// Whoever came or left last.
    pub came: RwSignal<Option<Came>>,
    /// Counts what was heard of typing, so that an older end doesn't end a newer one.
    heard: StoredValue<u32>,
    said: StoredValue<f64>,
}

impl Passing {
    pub(super) fn new() -> Self {
        Self {
            typing: RwSignal::new(None),
            came: RwSignal::new(None),
            heard: StoredValue::new(0),
            said: StoredValue::new(f64::NEG_INFINITY),
        }
    }

    /// Whether that person is typing there.
    pub fn is_typing(self, conversation: ConversationId, person: PersonId) -> bool {
        self.typing.get() == Some((conversation, person))
    }

    /// Says that the viewer is typing, unless that was said just now or costs too much.
    pub fn say_typing(self, conversation: ConversationId) {
        let now = window().performance().map_or(0.0, |clock| clock.now());
        if spares_data() || now - self.said.get_value() < SAY_EVERY {
            return;
        }
        self.said.set_value(now);
        spawn_local(async move {
            // Worth nothing later, so it isn't tried again.
            let _ = functions::typing(conversation.to_string()).await;
        });
    }

    /// What was typed has gone out: whatever comes next is said anew.
    pub fn stopped(self) {
        self.said.set_value(f64::NEG_INFINITY);
    }

    pub(super) fn typing(self, typing: Typing) {
        self.typing.set(Some((typing.conversation_id, typing.user_id)));
        self.heard.update_value(|count| *count += 1);
        let mine = self.heard.get_value();
        set_timeout(
            move || {
                if self.heard.get_value() == mine {
                    self.typing.set(None)
                }
            },
            LASTS,
        );
    }

    pub(super) fn came(self, came: Came) {
        self.came.set(Some(came));
    }

    /// Whoever has sent what they wrote isn't typing it any more.
    pub(super) fn heed(self, envelope: &Envelope) {
        if let Event::MessageCreated { message } = &envelope.event {
            let sender = Some((message.conversation_id, message.sender.id));
            if self.typing.get_untracked() == sender {
                self.typing.set(None);
            }
        }
    }
}

/// Whether the reader asked their browser to spare data.
pub fn spares_data() -> bool {
    let connection = js_sys::Reflect::get(&window().navigator(), &"connection".into());
    let saves = connection.and_then(|connection| js_sys::Reflect::get(&connection, &"saveData".into()));
    saves.is_ok_and(|saves| saves.is_truthy())
}
