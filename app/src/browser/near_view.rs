use super::{call, construct, get};
use js_sys::Array;
use wasm_bindgen::{JsValue, prelude::Closure};
use web_sys::Element;

/// An `IntersectionObserver` of one element. Disconnected when dropped.
pub(crate) struct NearView {
    observer: JsValue,
    _listener: Closure<dyn FnMut(Array)>,
}

impl NearView {
    /// Calls `near` whenever the element comes into view. Nothing where the browser can't tell.
    pub(crate) fn observe(element: &Element, near: impl Fn() + 'static) -> Option<Self> {
        let listener = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            let is_near = |entry: JsValue| get(&entry, "isIntersecting").is_some_and(|is| is.is_truthy());
            if entries.iter().any(is_near) {
                near();
            }
        });
        let observer = construct("IntersectionObserver", &[listener.as_ref()])?;
        call(&observer, "observe", &[element])?;
        Some(Self { observer, _listener: listener })
    }
}

impl Drop for NearView {
    fn drop(&mut self) {
        call(&self.observer, "disconnect", &[]);
    }
}
