//! The text of the composer: kept as a draft, taken over from other tabs, and put back if its message is refused.

use super::fit_height;
use crate::{
    browser,
    live::{Outbox, drafts::DraftKey},
    reactive::effect,
    request_error::RequestError,
};
use leptos::{html::Textarea, prelude::*};
use web_sys::HtmlTextAreaElement;

/// The text of the composer. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct ComposerText {
    pub(super) area: NodeRef<Textarea>,
    pub(super) text: RwSignal<String>,
    /// Why the last message was put back.
    pub(super) returned: RwSignal<Option<RequestError>>,
    outbox: Outbox,
    key: DraftKey,
}

impl ComposerText {
    /// Creates it, and starts the effects that change it.
    pub(super) fn new(outbox: Outbox, key: DraftKey) -> Self {
        let text = RwSignal::new(String::new());
        let composer = Self { area: NodeRef::new(), text, returned: RwSignal::new(None), outbox, key };
        composer.load_draft();
        composer.follow_other_tabs();
        composer.put_back_refused();
        composer
    }

    /// Takes over what the area contains, as the person has typed it.
    pub(super) fn read(self, area: &HtmlTextAreaElement) {
        self.text.set(area.value());
        self.outbox.drafts.save(self.key, &area.value());
        fit_height(area);
    }

    /// Empties it at once: a second click in the same tick finds nothing to send.
    pub(super) fn take(self) -> String {
        let text = self.text.get_untracked();
        self.text.set(String::new());
        self.returned.set(None);
        if let Some(area) = self.area.get_untracked() {
            self.show(&area, String::new());
        }
        text
    }

    fn show(self, area: &HtmlTextAreaElement, text: String) {
        // Setting the same text would move the caret.
        if area.value() != text {
            area.set_value(&text);
        }
        fit_height(area);
        self.text.set(text);
    }

    fn load_draft(self) {
        let drafts = self.outbox.drafts;
        effect(move || {
            let Some(area) = self.area.get() else { return };
            drafts.unlocked.track();
            let start = drafts.initial_text(self.key, || area.value());
            let written = self.text.get_untracked();
            if start.is_empty() && !written.is_empty() {
                // A sign-out in another tab has deleted the draft, but its text is still in the composer.
                drafts.save(self.key, &written);
                return;
            }
            self.show(&area, start);
        });
    }

    fn follow_other_tabs(self) {
        effect(move || {
            self.outbox.drafts.on_change_elsewhere(self.key, move |draft| {
                let area = self.area.try_get_untracked().flatten();
                if let Some(area) = area.filter(|_| !document().has_focus().unwrap_or(true)) {
                    self.show(&area, draft);
                }
            });
        });
    }

    /// Puts a message that was refused for good back into the composer, if that is empty.
    fn put_back_refused(self) {
        effect(move || {
            let Some((entry, failure)) = self.outbox.first_rejected(self.key.conversation) else { return };
            let Some(area) = self.area.get().filter(|area| area.value().is_empty() && browser::is_visible()) else {
                return;
            };
            self.outbox.drafts.save(self.key, &entry.body);
            // Synchronously: keys typed before the next render would be lost.
            self.show(&area, entry.body);
            self.returned.set(Some(failure));
            self.outbox.discard_message(entry.client_id);
        });
    }
}
