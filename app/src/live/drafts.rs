//! Drafts: text that is typed but not sent, by person and conversation.
//!
//! A draft is stored after each key, without a delay: a reload or a switch to another thread right after the last key
//! loses nothing, and no delayed write can store it under another key.
//!
//! A draft that can't be stored, because storage is full or the encryption key is missing, stays in memory, where it
//! takes precedence over its older stored copy.

pub use super::outbox::storage::DraftKey;

use super::outbox::storage;
use crate::platform::IN_BROWSER;
use leptos::prelude::*;
use model::ConversationId;
use std::{collections::HashMap, str::FromStr};

/// The drafts of this page. Cheap to copy; part of [`super::Outbox`].
#[derive(Clone, Copy)]
pub struct Drafts {
    /// Drafts that couldn't be stored: these are the only copies.
    in_memory: StoredValue<HashMap<DraftKey, String>>,
    /// The conversation whose composer the server rendered into this document, until its text has been read.
    rendered: StoredValue<Option<ConversationId>>,
    /// Whether stored drafts can be decrypted.
    pub unlocked: RwSignal<bool>,
    /// Whether any draft couldn't be stored.
    pub unsaved: RwSignal<bool>,
}

impl Drafts {
    /// Creates it. Call before hydration: it reads which composer the server rendered.
    pub(super) fn new() -> Self {
        Self {
            in_memory: StoredValue::default(),
            rendered: StoredValue::new(rendered_conversation()),
            unlocked: RwSignal::new(false),
            unsaved: RwSignal::new(false),
        }
    }

    /// Drops the in-memory copy of a draft when another tab changes it, for as long as the page lives.
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
        // A screen reader announces each change of the signal.
        if self.unsaved.get_untracked() != unsaved {
            self.unsaved.set(unsaved);
        }
    }

    /// Returns the initial text: the draft, followed by the text typed into the server-rendered composer before
    /// hydration.
    ///
    /// Calls `typed` once per document, and only for the conversation of that composer.
    pub fn initial_text(self, key: DraftKey, typed: impl FnOnce() -> String) -> String {
        let rendered = self.rendered.try_update_value(Option::take).flatten();
        let typed = if rendered == Some(key.conversation) { typed() } else { String::new() };
        let draft = self.load(key);
        if typed.is_empty() {
            return draft;
        }
        let both = merge(draft, typed);
        self.save(key, &both);
        both
    }

    /// Returns the draft, or an empty text.
    pub fn load(self, key: DraftKey) -> String {
        let in_memory = self.in_memory.with_value(|in_memory| in_memory.get(&key).cloned());
        in_memory.or_else(|| storage::load_draft(key)).unwrap_or_default()
    }

    /// Stores the draft, or deletes it if the text is empty.
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

    /// Stores drafts that were typed before the key arrived, after the stored ones, which couldn't be read until now.
    /// Signals that stored drafts can be read.
    pub(super) fn save_unlocked(self) {
        let is_first = !self.unlocked.get_untracked();
        self.update_in_memory(|in_memory| {
            in_memory.retain(|key, text| {
                if let Some(draft) = storage::load_draft(*key).filter(|_| is_first) {
                    *text = merge(draft, std::mem::take(text));
                }
                !storage::save_draft(*key, text)
            });
        });
        if is_first {
            self.unlocked.set(true);
        }
    }

    /// Calls `changed` when another tab of this browser changes the draft, until the reactive owner is disposed.
    pub fn on_change_elsewhere(self, key: DraftKey, changed: impl Fn(String) + 'static) {
        let name = storage::draft_key(key);
        let listening = window_event_listener(leptos::ev::storage, move |event| {
            if event.key().as_ref() == Some(&name) {
                changed(self.load(key));
            }
        });
        on_cleanup(move || listening.remove());
    }

    /// Drops all drafts in memory. Stored ones can't be read any more, because the key is gone.
    pub(super) fn clear(self) {
        self.update_in_memory(HashMap::clear);
        self.unlocked.set(false);
    }
}

fn rendered_conversation() -> Option<ConversationId> {
    if !IN_BROWSER {
        return None;
    }
    let field = document().query_selector(".composer input[name=conversation_id]").ok().flatten()?;
    ConversationId::from_str(&field.get_attribute("value")?).ok()
}

/// Joins a draft and a text that was typed without it in sight, so that neither is lost. A text that begins with the
/// other is returned alone: browsers restore what a field contained before a reload.
fn merge(draft: String, typed: String) -> String {
    if draft.starts_with(typed.trim()) {
        draft
    } else if typed.starts_with(draft.trim()) {
        typed
    } else {
        format!("{}\n{typed}", draft.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::merge;

    #[test]
    fn neither_the_draft_nor_the_typed_text_is_lost() {
        let merged = |draft: &str, typed: &str| merge(draft.to_owned(), typed.to_owned());
        assert_eq!(merged("Half a thou", "ght"), "Half a thou\nght");
        assert_eq!(merged("", "Hello"), "Hello");
        assert_eq!(merged("Hello", " "), "Hello");
        assert_eq!(merged("Half", "Half a thought"), "Half a thought");
        assert_eq!(merged("Half a thought ", "Half a thought"), "Half a thought ");
    }
}
