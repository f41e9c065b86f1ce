//! What is being written and hasn't been sent, by person and conversation.
//!
//! A draft is on the disk after each key, not after a pause: a reload or another thread right after the last key loses
//! nothing, and there is no time in which it could be saved under another key.
//!
//! A draft that can't be stored, for want of room or of a key, is held by the page, and is newer than its stored copy.

use super::outbox::storage;
use leptos::prelude::*;
use model::{ConversationId, PersonId};
use std::{collections::HashMap, str::FromStr};

/// What a draft belongs to. Without it, a draft can be neither read nor written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DraftKey {
    /// Who writes.
    pub person: PersonId,
    /// To which conversation.
    pub conversation: ConversationId,
}

/// The drafts of this page. Cheap to copy; part of [`super::Outbox`].
#[derive(Clone, Copy)]
pub struct Drafts {
    /// Those that couldn't be kept: the only copies.
    in_memory: StoredValue<HashMap<DraftKey, String>>,
    /// The conversation whose message box the server rendered into this document, until its text was taken over.
    rendered: StoredValue<Option<ConversationId>>,
    /// Whether those of before can be read by now.
    pub unlocked: RwSignal<bool>,
    /// Whether there is any that couldn't be kept.
    pub unsaved: RwSignal<bool>,
}

impl Drafts {
    /// To be called before the page is taken over.
    pub(super) fn new() -> Self {
        Self {
            in_memory: StoredValue::default(),
            rendered: StoredValue::new(rendered_conversation()),
            unlocked: RwSignal::new(false),
            unsaved: RwSignal::new(false),
        }
    }

    /// Lets go of what another tab has changed since, for as long as the page lives.
    pub(super) fn watch_other_tabs(self) {
        window_event_listener(leptos::ev::storage, move |event| {
            if let Some(name) = event.key() {
                self.update_in_memory(|in_memory| in_memory.retain(|key, _| storage::draft_key(*key) != name));
            }
        });
    }

    fn update_in_memory(self, change: impl FnOnce(&mut HashMap<DraftKey, String>)) {
        self.in_memory.update_value(change);
        let unsaved = self.in_memory.with_value(|in_memory| !in_memory.is_empty());
        // A screen reader reads out each change of the signal.
        if self.unsaved.get_untracked() != unsaved {
            self.unsaved.set(unsaved);
        }
    }

    /// Returns the text to begin with: what was typed into the box that the server rendered, else the draft.
    ///
    /// `typed` is asked once in the life of a document, and only for the conversation of that box.
    pub fn initial_text(self, key: DraftKey, typed: impl FnOnce() -> String) -> String {
        let rendered = self.rendered.try_update_value(Option::take).flatten();
        let typed = if rendered == Some(key.conversation) { typed() } else { String::new() };
        if typed.is_empty() {
            return self.load(key);
        }
        self.save(key, &typed);
        typed
    }

    /// Returns the draft; an empty text where there is none.
    pub fn load(self, key: DraftKey) -> String {
        let in_memory = self.in_memory.with_value(|in_memory| in_memory.get(&key).cloned());
        in_memory.or_else(|| storage::load_draft(key)).unwrap_or_default()
    }

    /// Keeps what is being written; nothing of an empty text.
    pub fn save(self, key: DraftKey, text: &str) {
        let is_saved = storage::save_draft(key, text);
        self.update_in_memory(|in_memory| {
            if is_saved || text.is_empty() {
                in_memory.remove(&key);
            } else {
                in_memory.insert(key, text.to_owned());
            }
        });
    }

    /// Keeps what was written before there was a key, and lets drafts of before be read.
    pub(super) fn save_unlocked(self) {
        self.update_in_memory(|in_memory| in_memory.retain(|key, text| !storage::save_draft(*key, text)));
        if !self.unlocked.get_untracked() {
            self.unlocked.set(true);
        }
    }

    /// Calls back with the text when another tab of this browser has changed the draft, until the owner is gone.
    pub fn on_change_elsewhere(self, key: DraftKey, changed: impl Fn(String) + 'static) {
        let name = storage::draft_key(key);
        let listening = window_event_listener(leptos::ev::storage, move |event| {
            if event.key().as_ref() == Some(&name) {
                changed(self.load(key));
            }
        });
        on_cleanup(move || listening.remove());
    }

    /// Forgets all of them: those of before can't be read any more.
    pub(super) fn clear(self) {
        self.update_in_memory(HashMap::clear);
        self.unlocked.set(false);
    }
}

fn rendered_conversation() -> Option<ConversationId> {
    if !super::IN_BROWSER {
        return None;
    }
    let field = document().query_selector(".composer input[name=conversation_id]").ok().flatten()?;
    ConversationId::from_str(&field.get_attribute("value")?).ok()
}
