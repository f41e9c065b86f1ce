//! The WASM entry point: hydrates the page that the server rendered, and nothing else.
#![cfg(target_arch = "wasm32")]

use leptos::{mount::hydrate_body, prelude::window};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Loads the page's chunk, which hydration needs. Called first by `app/src/shell/start.js`.
///
/// # Errors
/// The chunk can't be loaded: the page stays as the server sent it, and the guard script (`shell/guard.js`) says so.
#[wasm_bindgen]
pub async fn load_chunk() -> Result<(), JsValue> {
    console_error_panic_hook::set_once();
    let path = window().location().pathname().unwrap_or_default();
    app::pages::lazy_pages::load_chunk(&path).await.map_err(|_| JsValue::from("a part of the program is missing"))
}

/// Hydrates the page, without a pause in which other scripts could change it.
#[wasm_bindgen]
pub fn hydrate() {
    hydrate_body(app::App);
}
