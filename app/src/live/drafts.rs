//! What is being written and hasn't been sent, by person and conversation.
//!
//! A draft is on the disk after each key, not after a pause: a reload or another thread right after the last key loses
//! nothing, and there is no time in which it could be saved under another key.
//!
//! A draft that can't be stored, for want of room or of a key, is held by the page, and is newer than its stored copy.

use super::shelf;
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
    held: StoredValue<HashMap<DraftKey, String>>,
    /// The conversation whose message box the server rendered into this document, until its text was taken over.
    rendered: StoredValue<Option<ConversationId>>,
    /// Whether those of before can be read by now.
    pub unlocked: RwSignal<bool>,
    /// Whether there is any that couldn't be kept.
    pub unkept: RwSignal<bool>,
}

impl Drafts {
    /// To be called before the page is taken over.
    pub(super) fn new() -> Self {
        Self {
            held: StoredValue::default(),
            rendered: StoredValue::new(rendered_conversation()),
            unlocked: RwSignal::new(false),
            unkept: RwSignal::new(false),
        }
    }

    /// Lets go of what another tab has changed since, for as long as the page lives.
    pub(super) fn follow_tabs(self) {
        window_event_listener(leptos::ev::storage, move |event| {
            if let Some(name) = event.key() {
                self.update(|held| held.retain(|key, _| shelf::draft_name(*key) != name));
            }
        });
    }

    fn update(self, change: impl FnOnce(&mut HashMap<DraftKey, String>)) {
        self.held.update_value(change);
        let unkept = self.held.with_value(|held| !held.is_empty());
        // A screen reader reads out each change of the signal.
        if self.unkept.get_untracked() != unkept {
            self.unkept.set(unkept);
        }
    }

    /// Returns the text to begin with: what was typed into the box that the server rendered, else the draft.
    ///
    /// `typed` is asked once in the life of a document, and only for the conversation of that box.
    pub fn begin(self, key: DraftKey, typed: impl FnOnce() -> String) -> String {
        let rendered = self.rendered.try_update_value(Option::take).flatten();
        let typed = if rendered == Some(key.conversation) { typed() } else { String::new() };
        if typed.is_empty() {
            return self.read(key);
        }
        self.keep(key, &typed);
        typed
    }

    /// Returns the draft; an empty text where there is none.
    pub fn read(self, key: DraftKey) -> String {
        let held = self.held.with_value(|held| held.get(&key).cloned());
        held.or_else(|| shelf::draft(key)).unwrap_or_default()
    }

    /// Keeps what is being written; nothing of an empty text.
    pub fn keep(self, key: DraftKey, text: &str) {
        let is_kept = shelf::keep_draft(key, text);
        self.update(|held| {
            if is_kept || text.is_empty() {
                held.remove(&key);
            } else {
                held.insert(key, text.to_owned());
            }
        });
    }

    /// Keeps what was written before there was a key, and lets drafts of before be read.
    pub(super) fn unlock(self) {
        self.update(|held| held.retain(|key, text| !shelf::keep_draft(*key, text)));
        if !self.unlocked.get_untracked() {
            self.unlocked.set(true);
        }
    }

    /// Calls back with the text when another tab of this browser has changed the draft, until the owner is gone.
    pub fn follow(self, key: DraftKey, changed: impl Fn(String) + 'static) {
        let name = shelf::draft_name(key);
        let listening = window_event_listener(leptos::ev::storage, move |event| {
            if event.key().as_ref() == Some(&name) {
                changed(self.read(key));
            }
        });
        on_cleanup(move || listening.remove());
    }

    /// Forgets all of them: those of before can't be read any more.
    pub(super) fn clear(self) {
        self.update(HashMap::clear);
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
