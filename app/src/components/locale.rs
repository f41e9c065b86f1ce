//! Formats times in the reader's time zone and language, once the page is hydrated.
//!
//! Until then, and without JavaScript, they are in UTC and English: the server doesn't know better, and the first
//! render in the browser must equal the server's HTML.

use crate::{browser, strings};
use js_sys::Date;
use leptos::prelude::*;
use model::{Day, Timestamp};
use std::time::Duration;
use wasm_bindgen::JsValue;

/// The state that times are formatted by. Cheap to copy; stored in the Leptos context.
#[derive(Clone, Copy)]
pub struct Locale {
    is_hydrated: RwSignal<bool>,
    /// Incremented every minute, to update relative times.
    minute: RwSignal<u32>,
    /// Milliseconds by which the server's clock is ahead of this device's.
    clock_offset: RwSignal<f64>,
}

const LOCALE_DATE: &str = "toLocaleDateString";
const LONG_DAY: [(&str, &str); 4] = [("weekday", "short"), ("day", "numeric"), ("month", "short"), ("year", "numeric")];

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;
/// Milliseconds. Smaller changes of the offset are ignored: they don't change the minutes shown.
const CLOCK_TOLERANCE: f64 = 30_000.0;

impl Locale {
    /// Creates it and stores it in the context.
    pub fn provide() -> Self {
        let locale =
            Self { is_hydrated: RwSignal::new(false), minute: RwSignal::new(0), clock_offset: RwSignal::new(0.0) };
        provide_context(locale);
        locale
    }

    /// Returns the one stored in the context.
    pub fn current() -> Self {
        expect_context()
    }

    /// Marks the page as hydrated, and starts the minute timer.
    pub fn mark_hydrated(self) {
        self.is_hydrated.set(true);
        set_interval(move || self.minute.update(|minute| *minute += 1), Duration::from_secs(60));
    }

    /// Sets the clock offset from the server's time: a phone's clock may be wrong by hours.
    pub fn set_clock(self, server: Timestamp) {
        let clock_offset = server.millis() as f64 - Date::now();
        if (clock_offset - self.clock_offset.get_untracked()).abs() > CLOCK_TOLERANCE {
            self.clock_offset.set(clock_offset);
        }
    }

    /// Returns the server's current time, as far as the offset is known.
    pub fn now(self) -> Timestamp {
        Timestamp::from_millis((Date::now() + self.clock_offset.get_untracked()) as i64)
    }

    /// Formats a time as `5 min ago`, or as the day if it is more than a day ago.
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

    /// Returns whether the page is hydrated; tracked by effects.
    pub fn is_hydrated(self) -> bool {
        self.is_hydrated.get()
    }

    /// Formats a time as `14:02`.
    pub fn format_time(self, at: Timestamp) -> String {
        if !self.is_hydrated() {
            return at.format_time();
        }
        let date = js_date(at);
        browser::format_date(&date, "toLocaleTimeString", &[("hour", "2-digit"), ("minute", "2-digit")])
            .unwrap_or_else(|| format!("{:02}:{:02}", date.get_hours(), date.get_minutes()))
    }

    /// Formats the day of a time as `Sat 13 Feb 2027`.
    pub fn format_day(self, at: Timestamp) -> String {
        if !self.is_hydrated() {
            return at.day().format_long();
        }
        let date = js_date(at);
        browser::format_date(&date, LOCALE_DATE, &LONG_DAY).unwrap_or_else(|| local_day_or_utc(&date, at).format_long())
    }

    /// Formats a calendar day, independent of the time zone.
    pub fn format_calendar_day(self, day: Day) -> String {
        let [weekday, number, month, year] = LONG_DAY;
        let localize = || {
            let date = Date::new(&day.to_string().into());
            browser::format_date(&date, LOCALE_DATE, &[weekday, number, month, year, ("timeZone", "UTC")])
        };
        self.is_hydrated().then(localize).flatten().unwrap_or_else(|| day.format_long())
    }

    /// Formats day and time.
    pub fn format_exact(self, at: Timestamp) -> String {
        format!("{}, {}", self.format_day(at), self.format_time(at))
    }

    /// Formats a time for lists: minutes or hours ago within a day, else the day.
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

    /// Returns the reader's current day, once the page is hydrated.
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

/// Returns the day in the reader's time zone, without `Intl`.
fn local_day(date: &Date) -> Option<Day> {
    format!("{:04}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date()).parse().ok()
}

fn local_day_or_utc(date: &Date, at: Timestamp) -> Day {
    local_day(date).unwrap_or_else(|| at.day())
}
