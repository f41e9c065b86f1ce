//! Formats times in the reader's time zone and language.
//!
//! On the server, in the first render in the browser, which must equal the server's HTML, and without JavaScript, they
//! are in the document's time zone and in English. Once the page is hydrated, they are in the device's.

use crate::{
    browser::{self, DateFormat},
    page_time_zone::PageTimeZone,
    strings,
};
use js_sys::Date;
use leptos::prelude::*;
use model::{Day, LocalTime, Timestamp};
use std::time::Duration;
use wasm_bindgen::JsValue;

/// The state that times are formatted by. Cheap to copy; stored in the Leptos context.
#[derive(Clone, Copy)]
pub struct Locale {
    is_hydrated: RwSignal<bool>,
    page: StoredValue<PageTimeZone>,
    /// Incremented every minute, to update relative times.
    minute: RwSignal<u32>,
    /// Milliseconds by which the server's clock is ahead of this device's.
    clock_offset: RwSignal<f64>,
}

const LONG_DAY: DateFormat = &[("weekday", "short"), ("day", "numeric"), ("month", "short"), ("year", "numeric")];
/// Of a day that is midnight in UTC.
const CALENDAR_DAY: DateFormat =
    &[("weekday", "short"), ("day", "numeric"), ("month", "short"), ("year", "numeric"), ("timeZone", "UTC")];
const SHORT_DAY: DateFormat = &[("day", "numeric"), ("month", "short")];
const CLOCK: DateFormat = &[("hour", "2-digit"), ("minute", "2-digit")];

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;
/// Milliseconds. Smaller changes of the offset are ignored: they don't change the minutes shown.
const CLOCK_TOLERANCE: f64 = 30_000.0;

impl Locale {
    /// Creates it and stores it in the context.
    pub fn provide() -> Self {
        let locale = Self {
            is_hydrated: RwSignal::new(false),
            page: StoredValue::new(PageTimeZone::current()),
            minute: RwSignal::new(0),
            clock_offset: RwSignal::new(0.0),
        };
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

    /// Returns the server's current time, as far as the offset is known; until the page is hydrated, the time at which
    /// it was rendered.
    pub fn now(self) -> Timestamp {
        if !self.is_hydrated.get_untracked() {
            return self.page.with_value(|page| page.rendered_at);
        }
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
        let format = || browser::format_date(&js_date(at), CLOCK);
        self.localize(format).unwrap_or_else(|| self.to_local(at).format_clock())
    }

    /// Formats the day of a time as `Sat 13 Feb 2027`.
    pub fn format_day(self, at: Timestamp) -> String {
        let format = || browser::format_date(&js_date(at), LONG_DAY);
        self.localize(format).unwrap_or_else(|| self.day_of(at).format_long())
    }

    /// Formats a calendar day, independent of the time zone.
    pub fn format_calendar_day(self, day: Day) -> String {
        let format = || browser::format_date(&Date::new(&day.to_string().into()), CALENDAR_DAY);
        self.localize(format).unwrap_or_else(|| day.format_long())
    }

    /// Formats day and time.
    pub fn format_exact(self, at: Timestamp) -> String {
        format!("{}, {}", self.format_day(at), self.format_time(at))
    }

    /// Formats a time for lists: minutes or hours ago within a day, else the day.
    pub fn format_short(self, at: Timestamp) -> String {
        self.track_minutes();
        let minutes = (self.now().millis() - at.millis()).max(0) / 60_000;
        match minutes {
            0 => strings::JUST_NOW.to_owned(),
            1..60 => strings::short_minutes(minutes),
            60..1_440 => strings::short_hours(minutes / 60),
            _ => {
                let format = || browser::format_date(&js_date(at), SHORT_DAY);
                self.localize(format).unwrap_or_else(|| self.day_of(at).format_short())
            }
        }
    }

    /// Returns the reader's current day; tracked by effects.
    pub fn today(self) -> Day {
        self.track_minutes();
        self.day_of(self.now())
    }

    /// Returns whether this time has come, by the server's clock; tracked by effects.
    pub fn is_past(self, at: Timestamp) -> bool {
        self.track_minutes();
        self.now() >= at
    }

    /// Returns the reader's day at a time.
    pub fn day_of(self, at: Timestamp) -> Day {
        self.to_local(at).day()
    }

    /// Makes the effect that calls this run again when the page is hydrated, and every minute from then on.
    fn track_minutes(self) {
        self.is_hydrated.track();
        self.minute.track();
        self.clock_offset.track();
    }

    /// Formats by the device's language, once the page is hydrated.
    fn localize(self, format: impl FnOnce() -> Option<String>) -> Option<String> {
        self.is_hydrated().then(format).flatten()
    }

    fn to_local(self, at: Timestamp) -> LocalTime {
        let offset = if self.is_hydrated() {
            // JavaScript counts minutes west of UTC.
            -js_date(at).get_timezone_offset() as i32
        } else {
            self.page.with_value(|page| page.offsets.at(at))
        };
        LocalTime::at_offset(at, offset)
    }
}

fn js_date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.millis() as f64))
}
