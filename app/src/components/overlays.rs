//! Sheets and menus: what the browser's own don't do. Tab stays in an open sheet, and a menu closes by Escape, by a
//! click elsewhere, and when one of its entries is chosen.

use crate::browser::find_all;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

const OPEN_SHEET: &str = ".sheet:popover-open";
const OPEN_MENU: &str = "details.menu[open]";
const FOCUSABLE: &str = "a[href], button:not([hidden]), input:not([type=hidden]), textarea, select, summary";

/// Handles the keys and clicks of the document.
pub fn handle_overlays() {
    window_event_listener(ev::keydown, |event| {
        if event.key() == "Tab" {
            keep_focus_in_sheet(&event);
        } else if event.key() == "Escape" {
            close_menus(None, true);
        }
    });
    window_event_listener(ev::click, |event| close_menus(target_of(&event).as_ref(), false));
}

/// Moves the focus to the other end of the sheet at the top, where it would leave the sheet.
fn keep_focus_in_sheet(event: &KeyboardEvent) {
    let Some(sheet) = find_all(&document(), OPEN_SHEET).pop() else { return };
    let inside = find_all(&sheet, FOCUSABLE);
    let (Some(first), Some(last)) = (inside.first(), inside.last()) else { return };
    let (edge, other) = if event.shift_key() { (first, last) } else { (last, first) };
    let focused = document().active_element();
    let leaves = focused.is_none_or(|focused| focused == *edge || !sheet.contains(Some(&focused)));
    if let Some(other) = other.dyn_ref::<HtmlElement>().filter(|_| leaves) {
        event.prevent_default();
        let _ = other.focus();
    }
}

/// Closes the open menus, unless what was clicked opens them, or is or opens a sheet: that is inside its menu. Returns the
/// focus to the menu's button if `by_key`.
pub(super) fn close_menus(clicked: Option<&Element>, by_key: bool) {
    let keeps = |clicked: &&Element| clicked.closest("summary, .sheet, [popovertarget]").ok().flatten().is_some();
    if clicked.filter(keeps).is_some() {
        return;
    }
    for menu in find_all(&document(), OPEN_MENU) {
        let button = menu.query_selector("summary").ok().flatten();
        // The attribute is valid.
        let _ = menu.remove_attribute("open");
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()).filter(|_| by_key) {
            let _ = button.focus();
        }
    }
}

fn target_of(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
