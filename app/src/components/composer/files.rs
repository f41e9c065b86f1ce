//! Files that are dropped on a thread or pasted into its composer. They can't be sent yet, and the page says so.

use crate::{browser::holds_file, reactive::effect};
use leptos::prelude::*;

/// Refuses files that are dropped anywhere on the page: the browser would leave it and show the file. Sets `refused`.
pub(super) fn watch_drops(refused: RwSignal<bool>) {
    effect(move || {
        let over = window_event_listener(leptos::ev::dragover, move |event| {
            // Only what accepts a drag receives the drop.
            if holds_file(&event, "dataTransfer") {
                event.prevent_default();
            }
        });
        let drop = window_event_listener(leptos::ev::drop, move |event| {
            if holds_file(&event, "dataTransfer") {
                event.prevent_default();
                refused.set(true);
            }
        });
        on_cleanup(move || {
            over.remove();
            drop.remove();
        });
    });
}

/// Refuses a pasted file. Sets `refused`.
pub(super) fn refuse_pasted(event: &leptos::ev::ClipboardEvent, refused: RwSignal<bool>) {
    if holds_file(event, "clipboardData") {
        event.prevent_default();
        refused.set(true);
    }
}
