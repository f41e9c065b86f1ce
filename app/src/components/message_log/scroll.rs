use crate::{browser::ViewportObserver, components::locale::Locale, reactive::effect};
use leptos::{
    html::{Div, P},
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDivElement};

/// Pixels from the end within which somebody still counts as being there.
const END_TOLERANCE_PIXELS: i32 = 80;
/// Pixels of a message that must be in sight for it to be seen.
const MIN_VISIBLE_PIXELS: f64 = 12.0;
/// What stands before the first unread message.
const UNREAD_DIVIDER: &str = "#new";

/// Where the reader is in the log. Cheap to copy.
#[derive(Clone, Copy, Default)]
pub struct ScrollAnchor {
    log: NodeRef<Div>,
    /// Whether they left the end.
    pub(super) away: RwSignal<bool>,
    /// The last message that was in sight.
    seen: RwSignal<i64>,
    /// Whether the line before the first unread message is above what is in sight, and wasn't in sight yet.
    pub(super) divider_above: RwSignal<bool>,
    divider_seen: StoredValue<bool>,
    /// Whether the reader was led to where the thread opens.
    begun: StoredValue<bool>,
}

impl ScrollAnchor {
    pub(super) fn log_ref(self) -> NodeRef<Div> {
        self.log
    }

    /// The log, unless the thread was left meanwhile: what comes later must not look for it then.
    fn log_element(self) -> Option<HtmlDivElement> {
        self.log.try_get_untracked().flatten()
    }

    /// The last message that was in sight.
    pub fn last_seen(self) -> i64 {
        self.seen.get()
    }

    /// Looks where the reader is: after they scrolled, and after anything changed.
    pub(super) fn update(self) {
        let Some(log) = self.log_element().filter(|_| self.begun.try_get_value() == Some(true)) else { return };
        let away = log.scroll_top().abs() > END_TOLERANCE_PIXELS;
        if self.away.try_get_untracked() != Some(away) {
            self.away.try_set(away);
        }
        self.update_divider(&log);
        let edges = log.get_bounding_client_rect();
        let (top, bottom) = (edges.top(), edges.bottom() - MIN_VISIBLE_PIXELS);
        let mut rows = self.message_rows().rev();
        let in_sight = rows.find(|row| top_of(row) < bottom && row.get_bounding_client_rect().bottom() > top);
        if let Some(seen) =
            in_sight.and_then(|row| seq_of(&row)).filter(|seq| self.seen.try_get_untracked() < Some(*seq))
        {
            self.seen.try_set(seen);
        }
    }

    /// The same once what was changed is drawn.
    pub(super) fn update_soon(self) {
        request_animation_frame(move || self.update());
    }

    /// Begins at a message that was linked to, or at the first unread one where the thread opens there.
    pub(super) fn scroll_to_start(self, at: Option<i64>, at_unread: bool) {
        request_animation_frame(move || {
            if let Some(seq) = at {
                self.scroll_to(&format!("[data-seq='{seq}']"));
            } else if at_unread {
                self.scroll_to(UNREAD_DIVIDER);
            }
            self.begun.try_set_value(true);
            self.update();
        });
    }

    /// Goes to the line before the first unread message.
    pub(super) fn scroll_to_unread(self) {
        self.scroll_to(UNREAD_DIVIDER);
        self.focus();
    }

    fn scroll_to(self, selector: &str) {
        let Some(log) = self.log_element() else { return };
        if let Some(row) = log.query_selector(selector).ok().flatten() {
            let above = row.get_bounding_client_rect().top() - log.get_bounding_client_rect().top();
            log.set_scroll_top(log.scroll_top() + above as i32 - log.client_height() / 4);
        }
    }

    fn update_divider(self, log: &HtmlDivElement) {
        if self.divider_seen.try_get_value() != Some(false) {
            return;
        }
        let line = log.query_selector(UNREAD_DIVIDER).ok().flatten();
        let edge = log.get_bounding_client_rect().top();
        let above = line.is_some_and(|line| line.get_bounding_client_rect().bottom() < edge);
        self.divider_seen.try_set_value(!above);
        if self.divider_above.try_get_untracked() != Some(above) {
            self.divider_above.try_set(above);
        }
    }

    /// Goes to the newest message.
    pub(super) fn scroll_to_end(self) {
        self.away.try_set(false);
        if let Some(log) = self.log_element() {
            log.set_scroll_top(0);
        }
        self.update_soon();
    }

    /// Gives the keyboard to the log, because what had it is about to vanish.
    pub(super) fn focus(self) {
        if let Some(log) = self.log_element() {
            let _ = log.focus();
        }
    }

    /// Changes what is drawn, and keeps what the reader looks at where it is. The change is told which message that is.
    pub(super) fn keep_position(self, change: impl FnOnce(i64)) {
        let top_edge = self.log_element().map_or(0.0, |log| log.get_bounding_client_rect().top());
        let anchor = self.message_rows().find(|row| row.get_bounding_client_rect().bottom() > top_edge);
        let held = anchor.and_then(|row| Some((seq_of(&row)?, top_of(&row))));
        change(held.map_or(0, |(seq, _)| seq));
        request_animation_frame(move || {
            let (Some((seq, before)), Some(log)) = (held, self.log_element()) else { return };
            if let Some(row) = log.query_selector(&format!("[data-seq='{seq}']")).ok().flatten() {
                let moved = (top_of(&row) - before).round() as i32;
                if moved != 0 {
                    log.set_scroll_top(log.scroll_top() + moved);
                }
            }
            self.update();
        });
    }

    fn message_rows(self) -> impl DoubleEndedIterator<Item = Element> {
        let rows = self.log_element().and_then(|log| log.query_selector_all("[data-seq]").ok());
        let count = rows.as_ref().map_or(0, web_sys::NodeList::length);
        (0..count).filter_map(move |index| rows.as_ref()?.item(index)?.dyn_into().ok())
    }
}

/// Of what was said: above it may stand a day or a name, which come and go with what is before it.
fn top_of(row: &Element) -> f64 {
    let said = row.query_selector(".bubble").ok().flatten();
    said.as_ref().unwrap_or(row).get_bounding_client_rect().top()
}

fn seq_of(row: &Element) -> Option<i64> {
    row.get_attribute("data-seq")?.parse().ok()
}

/// For an element at an end of the log: calls `load` when it comes near the view.
pub(super) fn load_when_near(load: impl Fn() + Copy + 'static) -> NodeRef<P> {
    let element: NodeRef<P> = NodeRef::new();
    let locale = Locale::current();
    effect(move || {
        let Some(target) = element.get().filter(|_| locale.is_hydrated()) else { return };
        // Where the browser can't tell, the link in the element still loads them.
        let Some(observer) = ViewportObserver::observe_element(&target, load) else { return };
        // Goes with the owner of this effect.
        let _kept = StoredValue::new_local(observer);
    });
    element
}
