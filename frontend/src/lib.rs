//! The WASM entry point: hydrates the page that the server rendered, and nothing else.
#![cfg(target_arch = "wasm32")]

use leptos::{mount::hydrate_body, prelude::window};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Hydrates the page; called by its own script. Loads the page's chunk first, so that hydration doesn't wait for it.
///
/// # Errors
/// The page's chunk can't be loaded.
#[wasm_bindgen]
pub async fn hydrate() -> Result<(), JsValue> {
    console_error_panic_hook::set_once();
    let path = window().location().pathname().unwrap_or_default();
    // Without its chunk the page stays as the server sent it; the guard script (`shell/guard.js`) says so.
    app::pages::lazy_pages::load_chunk(&path).await.map_err(|_| JsValue::from("a part of the program is missing"))?;
    hydrate_body(app::App);
    Ok(())
}
