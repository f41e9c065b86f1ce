//! The focus after a navigation within the document: where a full page load would begin reading.

use crate::{browser, paths::is_conversation};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use web_sys::{Element, HtmlElement, wasm_bindgen::JsCast};

/// The path of the page whose heading has had the focus. Stored in the Leptos context.
#[derive(Clone, Copy)]
pub struct NavigationFocus(StoredValue<Option<String>>);

impl NavigationFocus {
    /// Creates it and stores it in the context.
    pub fn provide() {
        provide_context(Self(StoredValue::new(None)));
    }
}

/// Shows the part of the page that the URL names, and moves the focus there. The router looks for it only once, when
/// the page may still be loading.
pub fn focus_fragment() {
    // The router's: the address of the window changes only after the page is shown.
    let fragment = use_location().hash.get_untracked();
    request_animation_frame(move || {
        let part = fragment.strip_prefix('#').and_then(|id| document().get_element_by_id(id));
        let Some(part) = part else { return };
        // The attribute is valid.
        let _ = part.set_attribute("tabindex", "-1");
        browser::call_method(&part, "scrollIntoView", &[]);
        browser::call_method(&part, "focus", &[]);
    });
}

/// Moves the focus to the heading of a page that was navigated to; when it lists the page that was left, to that entry.
/// The page with which the document was loaded keeps the focus where the browser put it, and so does a page that
/// reloads its content.
pub(super) fn focus_after_navigation() {
    let Some(NavigationFocus(last)) = use_context() else { return };
    let path = use_location().pathname.get_untracked();
    let left = last.try_update_value(|last| last.replace(path.clone())).flatten();
    if let Some(left) = left.filter(|left| *left != path) {
        request_animation_frame(move || focus_page(&path, &left));
    }
}

fn focus_page(path: &str, left: &str) {
    let focused = document().active_element();
    // A field of the new page may have the focus already.
    if focused.is_some_and(|focused| focused.closest("main").ok().flatten().is_some()) {
        return;
    }
    if let Some(entry) = entry_of(path, left).and_then(|entry| entry.dyn_into::<HtmlElement>().ok()) {
        let _ = entry.focus();
    } else if let Some(heading) = document().query_selector("main h1").ok().flatten() {
        // The attribute is valid.
        let _ = heading.set_attribute("tabindex", "-1");
        // Otherwise the browser would scroll, which the router has done.
        let options = browser::to_js_object(&[("preventScroll", &true.into())]);
        browser::call_method(&heading, "focus", &[&options]);
    }
}

/// Returns the link to the page that was left, if the page at `path` lists it.
fn entry_of(path: &str, left: &str) -> Option<Element> {
    let is_listed = match path {
        "/inbox" => is_conversation(left),
        list => left.strip_prefix(list).is_some_and(|rest| rest.starts_with('/')),
    };
    // Paths are ASCII without quotes: others are percent-encoded.
    let links = is_listed.then(|| browser::find_all(&document(), &format!("[role=list] a[href='{left}']")));
    links.into_iter().flatten().next()
}
