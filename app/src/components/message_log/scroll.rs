use super::focus::LogFocus;
use crate::{
    browser::{ViewportObserver, find_all},
    components::locale::Locale,
    reactive::effect,
};
use leptos::{html::P, prelude::*};
use web_sys::{Element, HtmlDivElement};

/// Pixels from the end within which the reader still counts as at the end: less than the shortest message.
const END_TOLERANCE_PIXELS: i32 = 8;
/// Pixels of a message that must be visible for it to count as seen.
const MIN_VISIBLE_PIXELS: f64 = 12.0;
/// The selector of the divider before the first unread message.
const UNREAD_DIVIDER: &str = "#new";

/// The reader's scroll position in the log. Cheap to copy.
#[derive(Clone, Copy, Default)]
pub struct ScrollAnchor {
    pub(super) focus: LogFocus,
    /// Whether the reader has scrolled away from the end.
    pub(super) away: RwSignal<bool>,
    /// The sequence number of the last message that was visible.
    seen: RwSignal<i64>,
    /// Whether the unread divider is above the visible part and hasn't been visible yet.
    pub(super) divider_above: RwSignal<bool>,
    divider_seen: StoredValue<bool>,
    /// Whether the initial scroll position has been set.
    begun: StoredValue<bool>,
}

impl ScrollAnchor {
    fn log_element(self) -> Option<HtmlDivElement> {
        self.focus.log_element()
    }

    /// Returns the sequence number of the last message that was visible. Tracked by effects.
    pub fn last_seen(self) -> i64 {
        self.seen.get()
    }

    /// Updates the position: call after scrolling, and after any change of the content.
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

    /// Updates the position and the focus after the next render.
    pub(super) fn update_soon(self) {
        request_animation_frame(move || {
            self.update();
            self.focus.update_tab_stops();
            self.focus.recover();
        });
    }

    /// Scrolls to the linked message, or to the first unread one if the thread opens there.
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

    /// Scrolls to the divider before the first unread message.
    pub(super) fn scroll_to_unread(self) {
        self.scroll_to(UNREAD_DIVIDER);
        self.focus.focus_log();
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

    /// Scrolls to the newest message.
    pub(super) fn scroll_to_end(self) {
        self.away.try_set(false);
        if let Some(log) = self.log_element() {
            log.set_scroll_top(0);
        }
        self.update_soon();
    }

    /// Changes the content, and keeps the topmost visible message in place. Passes its sequence number to `change`.
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
        self.log_element().map(|log| find_all(&log, "[data-seq]")).unwrap_or_default().into_iter()
    }
}

/// Returns the top of the message's bubble: a day or a name above it depends on the previous message.
fn top_of(row: &Element) -> f64 {
    let bubble = row.query_selector(".bubble").ok().flatten();
    bubble.as_ref().unwrap_or(row).get_bounding_client_rect().top()
}

fn seq_of(row: &Element) -> Option<i64> {
    row.get_attribute("data-seq")?.parse().ok()
}

/// Returns a ref for an element at an end of the log. Calls `load` when that element comes near the viewport.
pub(super) fn load_when_near(load: impl Fn() + Copy + 'static) -> NodeRef<P> {
    let element: NodeRef<P> = NodeRef::new();
    let locale = Locale::current();
    effect(move || {
        let Some(target) = element.get().filter(|_| locale.is_hydrated()) else { return };
        // Without an observer the link in the element still loads more.
        let Some(observer) = ViewportObserver::observe_element(&target, load) else { return };
        // Disposed together with the owner of this effect.
        let _kept = StoredValue::new_local(observer);
    });
    element
}
