//! The WASM entry: takes over the page that the server rendered, and nothing else.
#![cfg(target_arch = "wasm32")]

/// Called by the page's own script.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
