use leptos::prelude::*;
use web_sys::{HtmlElement, wasm_bindgen::JsCast};

/// Moves the focus to the first element that matches the selector, after the next render.
pub fn focus_on(selector: impl Into<String>) {
    let selector = selector.into();
    request_animation_frame(move || {
        let found = document().query_selector(&selector).ok().flatten();
        if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}
