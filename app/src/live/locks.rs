//! Web Locks: of all tabs of a browser, one at a time. Browsers offer them over https and on the own machine only.

use crate::browser;
use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};

/// Waits until no other tab holds the lock, and holds it until the promise of `held` is settled; with `steal`, takes it
/// from whoever has it. The promise that comes back is rejected when it is taken away. Nothing where there are no locks.
pub(super) fn request(name: &str, steal: bool, held: impl FnOnce() -> Promise + 'static) -> Option<Promise> {
    let locks = browser::navigator("locks")?;
    let options = browser::object(&[("steal", &steal.into())]);
    let held = Closure::once_into_js(move |_lock: JsValue| JsValue::from(held()));
    browser::call(&locks, "request", &[&name.into(), &options, &held])?.dyn_into().ok()
}
