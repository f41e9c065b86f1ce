use crate::browser;
use leptos::prelude::*;
use web_sys::{Element, HtmlElement, HtmlInputElement, wasm_bindgen::JsCast};

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

/// Returns whether the person has begun to fill in a form: a field has a text or the focus.
pub fn has_typed(id: &str) -> bool {
    let Some(form) = document().get_element_by_id(id) else { return false };
    let mut fields = browser::find_all(&form, "input:not([type=hidden])").into_iter();
    let is_filled = |field: Element| field.dyn_into::<HtmlInputElement>().is_ok_and(|field| !field.value().is_empty());
    let focused = document().active_element();
    focused.is_some_and(|focused| form.contains(Some(&focused))) || fields.any(is_filled)
}

/// Fills in a field, if it is empty.
pub fn fill_in(id: &str, text: &str) {
    let field = document().get_element_by_id(id).and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    if let Some(field) = field.filter(|field| field.value().is_empty()) {
        field.set_value(text);
    }
}
