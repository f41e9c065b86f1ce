//! Web Locks: of all tabs of a browser, one at a time. Browsers offer them over https and on the own machine only.

use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};

/// Waits until no other tab holds the lock, and holds it until the promise of `held` is settled; with `steal`, takes it
/// from whoever has it. The promise that comes back is rejected when it is taken away. Nothing where there are no locks.
pub(super) fn request(name: &str, steal: bool, held: impl FnOnce() -> Promise + 'static) -> Option<Promise> {
    let locks = Reflect::get(&window().navigator(), &"locks".into()).ok().filter(JsValue::is_object)?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"steal".into(), &steal.into()).ok()?;
    let held = Closure::once_into_js(move |_lock: JsValue| JsValue::from(held()));
    request.call3(&locks, &name.into(), &options, &held).ok()?.dyn_into().ok()
}
