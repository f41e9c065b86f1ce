//! Instants and days, as the interface writes them.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};
use utoipa::ToSchema;

/// A moment, to the millisecond, in UTC. Written as RFC 3339 with `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = DateTime)]
pub struct Instant(#[serde(with = "time::serde::rfc3339")] OffsetDateTime);

impl Instant {
    /// Milliseconds since 1970-01-01T00:00:00Z. What lies outside the calendar becomes that moment.
    pub fn from_millis(millis: i64) -> Self {
        Self(
            OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
                .unwrap_or(OffsetDateTime::UNIX_EPOCH),
        )
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn millis(self) -> i64 {
        i64::try_from(self.0.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
    }

    /// The day it falls on in UTC.
    pub fn day(self) -> Day {
        Day(self.0.date())
    }

    /// Hours and minutes in UTC, `14:02`.
    pub fn clock(self) -> String {
        format!("{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.format(&Rfc3339).map_err(|_| fmt::Error)?)
    }
}

/// A day of the calendar without a time zone, written `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, format = Date)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

impl Day {
    /// `Sat 13 Feb 2027`, in English.
    pub fn in_words(self) -> String {
        let weekday = &self.0.weekday().to_string()[..3];
        let month = &self.0.month().to_string()[..3];
        format!("{weekday} {} {month} {}", self.0.day(), self.0.year())
    }

    /// Days from `other` to this one; negative when this one is earlier.
    pub fn days_after(self, other: Day) -> i64 {
        (self.0 - other.0).whole_days()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

impl FromStr for Day {
    type Err = time::error::Parse;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The year may carry a sign there; ours has four digits.
        let text = if text.starts_with(['+', '-']) { "" } else { text };
        Date::parse(text, format_description!("[year]-[month]-[day]")).map(Self)
    }
}

impl TryFrom<String> for Day {
    type Error = time::error::Parse;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_in_utc_to_the_millisecond() {
        let instant = Instant::from_millis(1_795_357_800_123);
        assert_eq!(instant.to_string(), "2026-11-22T14:30:00.123Z");
        assert_eq!(instant.millis(), 1_795_357_800_123);
    }

    #[test]
    fn a_day_is_written_as_it_is_read() {
        let day: Day = "2027-02-13".parse().expect("a day");
        assert_eq!(day.to_string(), "2027-02-13");
        assert_eq!(day.in_words(), "Sat 13 Feb 2027");
        assert!("2027-02-30".parse::<Day>().is_err());
        for wrong in ["13/02/2027", "-0500-01-01", "+2027-02-13", ""] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
    }
}
