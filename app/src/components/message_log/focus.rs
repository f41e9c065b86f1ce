//! The keyboard in the log: one tab stop, the arrow keys move from message to message, and the focus never falls to
//! the body of the document when the focused element disappears.

use crate::browser::find_all;
use leptos::{
    ev::{FocusEvent, KeyboardEvent},
    html::Div,
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDivElement, HtmlElement};

const MESSAGES: &str = "[data-seq]";

/// The focus in the log. Cheap to copy.
#[derive(Clone, Copy, Default)]
pub(super) struct LogFocus {
    pub(super) log: NodeRef<Div>,
    /// Whether the focus is in the log: no browser tells when a focused element is removed.
    inside: StoredValue<bool>,
}

impl LogFocus {
    /// Returns the log element; `None` if the thread was left before a callback ran.
    pub(super) fn log_element(self) -> Option<HtmlDivElement> {
        self.log.try_get_untracked().flatten()
    }

    /// Moves the focus to the log itself.
    pub(super) fn focus_log(self) {
        if let Some(log) = self.log_element() {
            let _ = log.focus();
        }
    }

    /// Moves the focus to the message above or below: from the log, to the last one in sight.
    pub(super) fn on_key(self, event: &KeyboardEvent) {
        let is_up = event.key() == "ArrowUp";
        if !is_up && event.key() != "ArrowDown" {
            return;
        }
        let step = if is_up { -1 } else { 1 };
        let Some(log) = self.log_element().filter(|_| !event.alt_key() && !event.ctrl_key() && !event.meta_key())
        else {
            return;
        };
        let all = find_all(&log, MESSAGES);
        let focused = focused_element();
        let current = focused.as_ref().and_then(|element| element.closest(MESSAGES).ok().flatten());
        let target = match current.and_then(|current| all.iter().position(|row| *row == current)) {
            Some(index) => index.checked_add_signed(step).and_then(|next| all.get(next)),
            None if focused.as_ref() == Some(log.unchecked_ref()) => last_in_sight(&log, &all),
            None => None,
        };
        if let Some(row) = target.and_then(|row| row.dyn_ref::<HtmlElement>()) {
            event.prevent_default();
            let _ = row.focus();
        }
    }

    /// Takes the links of messages out of the tab order, except those of the focused message.
    pub(super) fn update_tab_stops(self) {
        let Some(log) = self.log_element() else { return };
        let focused = focused_element();
        for link in find_all(&log, "[data-seq] a") {
            let row = link.closest(MESSAGES).ok().flatten();
            let is_reachable =
                row.is_some_and(|row| focused.as_ref().is_some_and(|focused| row.contains(Some(focused.as_ref()))));
            // The attribute is always valid.
            let _ = if is_reachable { link.remove_attribute("tabindex") } else { link.set_attribute("tabindex", "-1") };
        }
    }

    pub(super) fn on_focus_in(self) {
        self.inside.try_set_value(true);
        self.update_tab_stops();
    }

    pub(super) fn on_focus_out(self, event: &FocusEvent) {
        let left: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
        request_animation_frame(move || {
            let is_elsewhere = left.is_some_and(|left| left.is_connected()) && !self.contains_focus();
            if is_elsewhere {
                self.inside.try_set_value(false);
            } else {
                self.recover();
            }
        });
    }

    /// Moves the focus to the log if the element in it that had the focus is gone.
    pub(super) fn recover(self) {
        let is_lost = focused_element().is_none_or(|element| element.tag_name() == "BODY");
        if is_lost && self.inside.try_get_value() == Some(true) {
            self.focus_log();
        }
    }

    fn contains_focus(self) -> bool {
        let focused = focused_element();
        self.log_element().is_some_and(|log| focused.is_some_and(|focused| log.contains(Some(focused.as_ref()))))
    }
}

fn focused_element() -> Option<Element> {
    document().active_element()
}

fn last_in_sight<'a>(log: &HtmlDivElement, rows: &'a [Element]) -> Option<&'a Element> {
    let edge = log.get_bounding_client_rect().bottom();
    rows.iter().rev().find(|row| row.get_bounding_client_rect().top() < edge)
}
