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
pub struct Locale {
    is_hydrated: RwSignal<bool>,
    /// Counts minutes, for what tells how long ago something was.
    minute: RwSignal<u32>,
    /// Milliseconds that the server's clock is ahead of this one.
    clock_offset: RwSignal<f64>,
}

const LOCALE_DATE: &str = "toLocaleDateString";
const LONG_DAY: [(&str, &str); 4] = [("weekday", "short"), ("day", "numeric"), ("month", "short"), ("year", "numeric")];

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;
/// Clocks that differ by less tell the same minutes.
const CLOCK_TOLERANCE: f64 = 30_000.0;

impl Locale {
    /// Puts it into the context.
    pub fn provide() -> Self {
        let locale =
            Self { is_hydrated: RwSignal::new(false), minute: RwSignal::new(0), clock_offset: RwSignal::new(0.0) };
        provide_context(locale);
        locale
    }

    /// The one in the context.
    pub fn current() -> Self {
        expect_context()
    }

    /// The page is taken over.
    pub fn mark_hydrated(self) {
        self.is_hydrated.set(true);
        set_interval(move || self.minute.update(|minute| *minute += 1), Duration::from_secs(60));
    }

    /// Learns what time it is for the server: a phone's clock may be wrong by hours.
    pub fn set_clock(self, server: Timestamp) {
        let clock_offset = server.millis() as f64 - Date::now();
        if (clock_offset - self.clock_offset.get_untracked()).abs() > CLOCK_TOLERANCE {
            self.clock_offset.set(clock_offset);
        }
    }

    /// What time it is for the server, as far as that is known.
    pub fn now(self) -> Timestamp {
        Timestamp::from_millis((Date::now() + self.clock_offset.get_untracked()) as i64)
    }

    /// How long ago, in words; the day where that is more than a day.
    pub fn format_relative(self, at: Timestamp) -> String {
        let short = self.format_short(at);
        if short == strings::JUST_NOW {
            strings::JUST_BEFORE.to_owned()
        } else if self.now().millis() - at.millis() < DAY_MILLIS {
            strings::time_ago(&short)
        } else {
            short
        }
    }

    /// Whether the page is taken over.
    pub fn is_hydrated(self) -> bool {
        self.is_hydrated.get()
    }

    /// `14:02`
    pub fn format_time(self, at: Timestamp) -> String {
        if !self.is_hydrated() {
            return at.format_time();
        }
        let date = js_date(at);
        browser::format_date(&date, "toLocaleTimeString", &[("hour", "2-digit"), ("minute", "2-digit")])
            .unwrap_or_else(|| format!("{:02}:{:02}", date.get_hours(), date.get_minutes()))
    }

    /// `Sat 13 Feb 2027`: the day an instant falls on.
    pub fn format_day(self, at: Timestamp) -> String {
        if !self.is_hydrated() {
            return at.day().format_long();
        }
        let date = js_date(at);
        browser::format_date(&date, LOCALE_DATE, &LONG_DAY).unwrap_or_else(|| local_day_or_utc(&date, at).format_long())
    }

    /// A day of the calendar in words; it has no time zone, so neither do its words.
    pub fn format_calendar_day(self, day: Day) -> String {
        let [weekday, number, month, year] = LONG_DAY;
        let localize = || {
            let date = Date::new(&day.to_string().into());
            browser::format_date(&date, LOCALE_DATE, &[weekday, number, month, year, ("timeZone", "UTC")])
        };
        self.is_hydrated().then(localize).flatten().unwrap_or_else(|| day.format_long())
    }

    /// The whole instant, for whoever wants to know exactly.
    pub fn format_exact(self, at: Timestamp) -> String {
        format!("{}, {}", self.format_day(at), self.format_time(at))
    }

    /// Short for a list: minutes or hours ago within a day, else the day.
    pub fn format_short(self, at: Timestamp) -> String {
        if !self.is_hydrated() {
            return at.day().format_long();
        }
        self.minute.track();
        self.clock_offset.track();
        let minutes = (self.now().millis() - at.millis()).max(0) / 60_000;
        match minutes {
            0 => strings::JUST_NOW.to_owned(),
            1..60 => strings::short_minutes(minutes),
            60..1_440 => strings::short_hours(minutes / 60),
            _ => {
                let date = js_date(at);
                browser::format_date(&date, LOCALE_DATE, &[("day", "numeric"), ("month", "short")])
                    .unwrap_or_else(|| local_day_or_utc(&date, at).format_long())
            }
        }
    }

    /// Today where the reader is, once it is known.
    pub fn today(self) -> Option<Day> {
        self.is_hydrated().then(|| {
            self.minute.track();
            local_day(&Date::new_0())
        })?
    }
}

fn js_date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.millis() as f64))
}

/// The day in the reader's time zone, without `Intl`.
fn local_day(date: &Date) -> Option<Day> {
    format!("{:04}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date()).parse().ok()
}

fn local_day_or_utc(date: &Date, at: Timestamp) -> Day {
    local_day(date).unwrap_or_else(|| at.day())
}
