//! Timestamps and calendar days, in the format of the API.

mod month;

pub use month::Month;

use serde::{Deserialize, Serialize};
use std::{error::Error, fmt, ops::Range, str::FromStr};
use time::{Date, OffsetDateTime, Time};
use utoipa::ToSchema;

const MILLIS: i64 = 1_000;

/// A point in time in UTC, to the millisecond. Formatted as RFC 3339 with `Z`; parsing accepts no other offset, because
/// only Greenroom writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, format = DateTime)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

impl Timestamp {
    /// Creates a timestamp from milliseconds since 1970-01-01T00:00:00Z. Values outside the calendar become 0.
    pub fn from_millis(millis: i64) -> Self {
        Self(OffsetDateTime::from_unix_timestamp(millis.div_euclid(MILLIS)).map_or(0, |_| millis))
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Returns the calendar day in UTC.
    pub fn day(self) -> Day {
        Day(self.to_calendar().date())
    }

    /// Returns the earliest and the latest calendar day that any time zone has at this time: zones are from UTC-12 to
    /// UTC+14.
    pub fn days_on_earth(self) -> (Day, Day) {
        const HOUR: i64 = 60 * 60 * MILLIS;
        (Self(self.0 - 12 * HOUR).day(), Self(self.0 + 14 * HOUR).day())
    }

    fn to_calendar(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.0.div_euclid(MILLIS)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = self.to_calendar().to_hms();
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}", self.day())?;
        match self.0.rem_euclid(MILLIS) {
            0 => {}
            whole if whole % 100 == 0 => write!(f, ".{}", whole / 100)?,
            whole if whole % 10 == 0 => write!(f, ".{:02}", whole / 10)?,
            whole => write!(f, ".{whole:03}")?,
        }
        f.write_str("Z")
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimeError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (day, clock) = text.strip_suffix('Z')?.split_once('T')?;
            let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
            let [hour, minute, second] = parse_numbers(clock, ':', [0..2, 3..5, 6..8])?;
            let time = Time::from_hms(hour.try_into().ok()?, minute.try_into().ok()?, second.try_into().ok()?).ok()?;
            parse_digits(fraction)?;
            let digits = fraction.get(..3.min(fraction.len()))?;
            let millis = parse_digits(digits)? * 10_i64.pow(3 - u32::try_from(digits.len()).ok()?);
            let day: Day = day.parse().ok()?;
            Some(Self(day.0.with_time(time).assume_utc().unix_timestamp() * MILLIS + millis))
        };
        read().ok_or(ParseTimeError)
    }
}

impl TryFrom<String> for Timestamp {
    type Error = ParseTimeError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.to_string()
    }
}

/// The current calendar day where a person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CurrentDay {
    /// The day.
    pub day: Day,
    /// When it ends in the time zone by which it was found.
    pub ends_at: Timestamp,
}

/// A calendar day without a time zone, written `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, format = Date)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

impl Day {
    /// Formats the day as `Sat 13 Feb 2027`, in English.
    pub fn format_long(self) -> String {
        let weekday = &self.0.weekday().to_string()[..3];
        format!("{weekday} {} {}", self.format_short(), self.0.year())
    }

    /// Formats the day as `13 Feb`, in English.
    pub fn format_short(self) -> String {
        let month = &self.0.month().to_string()[..3];
        format!("{} {month}", self.0.day())
    }

    /// Returns the day before; `None` at the beginning of the calendar.
    pub fn previous_day(self) -> Option<Self> {
        self.0.previous_day().map(Self)
    }

    /// Returns the same day `years` later; 1 March for 29 February in a common year. `None` after the end of the
    /// calendar.
    pub fn years_later(self, years: i32) -> Option<Self> {
        let year = self.0.year().checked_add(years)?;
        let same = self.0.replace_year(year).ok();
        same.or_else(|| self.0.next_day()?.replace_year(year).ok()).map(Self)
    }

    /// Returns the number of days from `other` to this day; negative if this day is earlier.
    pub fn days_after(self, other: Day) -> i64 {
        (self.0 - other.0).whole_days()
    }

    /// Returns the day `days` later; the last day of the calendar if there is none.
    pub fn plus_days(self, days: i64) -> Self {
        self.0.checked_add(time::Duration::days(days)).map_or(Self(Date::MAX), Self)
    }

    /// Returns the day of the month, from 1.
    pub fn day_of_month(self) -> u8 {
        self.0.day()
    }

    /// Returns the day of the week: 0 on Monday, 6 on Sunday.
    pub fn weekday(self) -> u8 {
        self.0.weekday().number_days_from_monday()
    }

    /// Returns the Sunday that ends this day's week.
    pub fn end_of_week(self) -> Self {
        self.plus_days(6 - i64::from(self.weekday()))
    }

    /// Returns the month that this day is in.
    pub fn month(self) -> Month {
        Month::of(self.0)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

impl FromStr for Day {
    type Err = ParseTimeError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let [year, month, day] = parse_numbers(text, '-', [0..4, 5..7, 8..10])?;
            let month = u8::try_from(month).ok()?.try_into().ok()?;
            Date::from_calendar_date(year.try_into().ok()?, month, day.try_into().ok()?).ok()
        };
        read().map(Self).ok_or(ParseTimeError)
    }
}

impl TryFrom<String> for Day {
    type Error = ParseTimeError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

/// The text isn't a valid day or timestamp in the format of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseTimeError;

impl fmt::Display for ParseTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid day or timestamp")
    }
}

impl Error for ParseTimeError {}

/// Parses three numbers at fixed byte ranges; `None` unless exactly one separator stands between them.
fn parse_numbers(text: &str, separator: char, ranges: [Range<usize>; 3]) -> Option<[i64; 3]> {
    let parts = ranges.clone().map(|range| text.get(range));
    let whole = parts[0]?.len() + parts[1]?.len() + parts[2]?.len() + 2 == text.len();
    let parted = ranges[1..].iter().all(|range| text[..range.start].ends_with(separator));
    if !whole || !parted {
        return None;
    }
    Some([parse_digits(parts[0]?)?, parse_digits(parts[1]?)?, parse_digits(parts[2]?)?])
}

/// Parses ASCII digits; `None` for a sign or any other character.
fn parse_digits(digits: &str) -> Option<i64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_format_in_utc_with_milliseconds() {
        let timestamp = Timestamp::from_millis(1_795_357_800_123);
        assert_eq!(timestamp.to_string(), "2026-11-22T14:30:00.123Z");
        assert_eq!(timestamp.millis(), 1_795_357_800_123);
    }

    #[test]
    fn timestamps_round_trip() {
        for millis in [0, 1, 10, 120, 999, 1_000, -1, -86_400_001, 1_795_357_800_123, 253_402_300_799_999] {
            let timestamp = Timestamp::from_millis(millis);
            assert_eq!(timestamp.to_string().parse(), Ok(timestamp), "{timestamp}");
        }
        assert_eq!(Timestamp::from_millis(1_120).to_string(), "1970-01-01T00:00:01.12Z");
        assert_eq!("2026-11-22T14:30:00.123456789Z".parse(), Ok(Timestamp::from_millis(1_795_357_800_123)));
        for wrong in [
            "",
            "2026-11-22",
            "2026-11-22T14:30:00",
            "2026-11-22T14:30Z",
            "2026-11-22 14:30:00Z",
            "2026-11-22T14:30:00+01:00",
            "2026-11-22T24:00:00Z",
            "2026-02-29T14:30:00Z",
            "2026-11-22T14:30:00.Z",
            "2026-11-22T14:30:00.-12Z",
            "2026-11-22T14:30:0\u{e9}Z",
            "+026-11-22T14:30:00Z",
        ] {
            assert_eq!(wrong.parse::<Timestamp>(), Err(ParseTimeError), "{wrong}");
        }
        assert_eq!(Timestamp::from_millis(i64::MAX).millis(), 0, "outside the calendar");
    }

    #[test]
    fn days_round_trip() {
        let day: Day = "2027-02-13".parse().expect("a day");
        assert_eq!(day.to_string(), "2027-02-13");
        assert_eq!((day.format_long().as_str(), day.format_short().as_str()), ("Sat 13 Feb 2027", "13 Feb"));
        assert!("2027-02-30".parse::<Day>().is_err());
        for wrong in ["13/02/2027", "-0500-01-01", "+2027-02-13", "2027-2-13", "2027-02-131", "2027-02-1é", ""] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
    }
}
