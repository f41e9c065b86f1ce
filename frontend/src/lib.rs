//! The WASM entry: takes over the page that the server rendered, and nothing else.
#![cfg(target_arch = "wasm32")]

use leptos::{mount::hydrate_body, prelude::window};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Called by the page's own script. What the page needs is there before it is taken over, so that this happens at once.
///
/// # Errors
/// A part of the program can't be loaded.
#[wasm_bindgen]
pub async fn hydrate() -> Result<(), JsValue> {
    console_error_panic_hook::set_once();
    let path = window().location().pathname().unwrap_or_default();
    // Without its part the page stays as the server sent it, which its guard says.
    app::pages::lazy_pages::load_chunk(&path).await.map_err(|_| JsValue::from("a part of the program is missing"))?;
    hydrate_body(app::App);
    Ok(())
}
