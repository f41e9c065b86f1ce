use super::{call_method, construct_object, get_property};
use js_sys::Array;
use wasm_bindgen::{JsValue, prelude::Closure};
use web_sys::Element;

/// An `IntersectionObserver` of one element. Disconnected when dropped.
pub(crate) struct ViewportObserver {
    observer: JsValue,
    _listener: Closure<dyn FnMut(Array)>,
}

impl ViewportObserver {
    /// Calls `near` whenever the element enters the viewport. Returns `None` if the browser has no observers.
    pub(crate) fn observe_element(element: &Element, near: impl Fn() + 'static) -> Option<Self> {
        let listener = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            let is_near = |entry: JsValue| get_property(&entry, "isIntersecting").is_some_and(|is| is.is_truthy());
            if entries.iter().any(is_near) {
                near();
            }
        });
        let observer = construct_object("IntersectionObserver", &[listener.as_ref()])?;
        call_method(&observer, "observe", &[element])?;
        Some(Self { observer, _listener: listener })
    }
}

impl Drop for ViewportObserver {
    fn drop(&mut self) {
        call_method(&self.observer, "disconnect", &[]);
    }
}
