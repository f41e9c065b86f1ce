//! Files that are dropped on a thread or pasted into its composer. They can't be sent yet, and the page says so.

use crate::{browser, reactive::effect};
use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

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

/// Whether the data of an event is a file and no text. Spreadsheets copy text together with a picture of it.
fn holds_file(event: &JsValue, data: &str) -> bool {
    let types = browser::get_property(event, data).and_then(|data| browser::get_property(&data, "types"));
    let types = types.map(|types| Array::from(&types)).unwrap_or_default();
    types.includes(&"Files".into(), 0) && !types.includes(&"text/plain".into(), 0)
}
