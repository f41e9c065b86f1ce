//! The WASM entry: takes over the page that the server rendered, and nothing else.
#![cfg(target_arch = "wasm32")]

use leptos::{mount::hydrate_body, prelude::window};

/// Called by the page's own script. What the page needs is there before it is taken over, so that this happens at once.
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    let path = window().location().pathname().unwrap_or_default();
    if app::pages::apart::load(&path).await.is_ok() {
        hydrate_body(app::App);
    }
}
