//! Times as the reader's own clock and language have them, once the page is taken over.
//!
//! Until then, and without JavaScript, they are in UTC and English: the server can't know better, and
//! what the browser first draws must equal what the server sent.

use crate::{browser, strings};
use js_sys::Date;
use leptos::prelude::*;
use model::{Day, Timestamp};
use std::time::Duration;
use wasm_bindgen::JsValue;

/// Whether the page has been taken over. Cheap to copy; stands in the context.
#[derive(Clone, Copy)]
pub struct Local {
    started: RwSignal<bool>,
    /// Counts minutes, for what tells how long ago something was.
    minute: RwSignal<u32>,
    /// Milliseconds that the server's clock is ahead of this one.
    ahead: RwSignal<f64>,
}

const LOCALE_DATE: &str = "toLocaleDateString";
const LONG_DAY: [(&str, &str); 4] = [("weekday", "short"), ("day", "numeric"), ("month", "short"), ("year", "numeric")];

const DAY: i64 = 24 * 60 * 60 * 1_000;
/// Clocks that differ by less tell the same minutes.
const SAME: f64 = 30_000.0;

impl Local {
    /// Puts it into the context.
    pub fn provide() -> Self {
        let local = Self { started: RwSignal::new(false), minute: RwSignal::new(0), ahead: RwSignal::new(0.0) };
        provide_context(local);
        local
    }

    /// The one in the context.
    pub fn current() -> Self {
        expect_context()
    }

    /// The page is taken over.
    pub fn start(self) {
        self.started.set(true);
        set_interval(move || self.minute.update(|minute| *minute += 1), Duration::from_secs(60));
    }

    /// Learns what time it is for the server: a phone's clock may be wrong by hours.
    pub fn set_clock(self, server: Timestamp) {
        let ahead = server.millis() as f64 - Date::now();
        if (ahead - self.ahead.get_untracked()).abs() > SAME {
            self.ahead.set(ahead);
        }
    }

    /// What time it is for the server, as far as that is known.
    pub fn now(self) -> Timestamp {
        Timestamp::from_millis((Date::now() + self.ahead.get_untracked()) as i64)
    }

    /// How long ago, in words; the day where that is more than a day.
    pub fn ago(self, at: Timestamp) -> String {
        let short = self.short(at);
        if short == strings::JUST_NOW {
            strings::JUST_BEFORE.to_owned()
        } else if self.now().millis() - at.millis() < DAY {
            strings::time_ago(&short)
        } else {
            short
        }
    }

    /// Whether the page is taken over.
    pub fn started(self) -> bool {
        self.started.get()
    }

    /// `14:02`
    pub fn clock(self, at: Timestamp) -> String {
        if !self.started() {
            return at.format_time();
        }
        let date = date(at);
        browser::localize(&date, "toLocaleTimeString", &[("hour", "2-digit"), ("minute", "2-digit")])
            .unwrap_or_else(|| format!("{:02}:{:02}", date.get_hours(), date.get_minutes()))
    }

    /// `Sat 13 Feb 2027`: the day an instant falls on.
    pub fn day(self, at: Timestamp) -> String {
        if !self.started() {
            return at.day().format_long();
        }
        let date = date(at);
        browser::localize(&date, LOCALE_DATE, &LONG_DAY).unwrap_or_else(|| day_of(&date, at).format_long())
    }

    /// A day of the calendar in words; it has no time zone, so neither do its words.
    pub fn calendar_day(self, day: Day) -> String {
        let [weekday, number, month, year] = LONG_DAY;
        let localize = || {
            let date = Date::new(&day.to_string().into());
            browser::localize(&date, LOCALE_DATE, &[weekday, number, month, year, ("timeZone", "UTC")])
        };
        self.started().then(localize).flatten().unwrap_or_else(|| day.format_long())
    }

    /// The whole instant, for whoever wants to know exactly.
    pub fn exact(self, at: Timestamp) -> String {
        format!("{}, {}", self.day(at), self.clock(at))
    }

    /// Short for a list: minutes or hours ago within a day, else the day.
    pub fn short(self, at: Timestamp) -> String {
        if !self.started() {
            return at.day().format_long();
        }
        self.minute.track();
        self.ahead.track();
        let minutes = (self.now().millis() - at.millis()).max(0) / 60_000;
        match minutes {
            0 => strings::JUST_NOW.to_owned(),
            1..60 => strings::short_minutes(minutes),
            60..1_440 => strings::short_hours(minutes / 60),
            _ => {
                let date = date(at);
                browser::localize(&date, LOCALE_DATE, &[("day", "numeric"), ("month", "short")])
                    .unwrap_or_else(|| day_of(&date, at).format_long())
            }
        }
    }

    /// Today where the reader is, once it is known.
    pub fn today(self) -> Option<Day> {
        self.started().then(|| {
            self.minute.track();
            local_day(&Date::new_0())
        })?
    }
}

fn date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.millis() as f64))
}

/// The day in the reader's time zone, without `Intl`.
fn local_day(date: &Date) -> Option<Day> {
    format!("{:04}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date()).parse().ok()
}

fn day_of(date: &Date, at: Timestamp) -> Day {
    local_day(date).unwrap_or_else(|| at.day())
}
