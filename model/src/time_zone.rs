//! Time zones: their names, and the offsets by which pages show times.
//!
//! The server knows the rules of all zones and reduces one of them to [`UtcOffsets`], which the document carries: so
//! server and browser render the same text without a database of time zones in the browser.

use crate::{Day, FieldError, Timestamp};
use std::{fmt, str::FromStr};

const MINUTE_MILLIS: i64 = 60 * 1_000;
/// Characters of the longest name. The longest in use has 32.
const NAME_LIMIT: usize = 64;

/// The IANA name of a time zone, for example `Africa/Nairobi`. Parsing checks the form only; whether the zone exists is
/// known to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZoneName(String);

impl TimeZoneName {
    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TimeZoneName {
    type Err = FieldError;
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let is_name = text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.len() <= NAME_LIMIT
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte));
        is_name.then(|| Self(text.to_owned())).ok_or(FieldError::Invalid)
    }
}

impl fmt::Display for TimeZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The offsets of a time zone in minutes east of UTC, within the years that pages show. Formatted as the first offset,
/// followed by `minute:offset` for each change, where `minute` counts from 1970-01-01T00:00Z: `180`, or
/// `0 29581980:60 29884380:0`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UtcOffsets {
    first: i32,
    /// In the order of time.
    changes: Vec<OffsetChange>,
}

/// The offset that applies from a minute on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct OffsetChange {
    minute: i64,
    offset: i32,
}

impl UtcOffsets {
    /// Creates the table from the offset at its beginning and the changes after it, in the order of time.
    pub fn new(first: i32, changes: impl IntoIterator<Item = (Timestamp, i32)>) -> Self {
        let changes = changes.into_iter();
        let change = |(at, offset): (Timestamp, i32)| OffsetChange { minute: minute_of(at), offset };
        Self { first, changes: changes.map(change).collect() }
    }

    /// Returns the offset at a time. Times before the table have its first offset, later ones its last.
    pub fn at(&self, at: Timestamp) -> i32 {
        let minute = minute_of(at);
        let last = self.changes.iter().rev().find(|change| change.minute <= minute);
        last.map_or(self.first, |change| change.offset)
    }
}

fn minute_of(at: Timestamp) -> i64 {
    at.millis().div_euclid(MINUTE_MILLIS)
}

impl fmt::Display for UtcOffsets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        self.changes.iter().try_for_each(|OffsetChange { minute, offset }| write!(f, " {minute}:{offset}"))
    }
}

impl FromStr for UtcOffsets {
    type Err = FieldError;
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let read = || {
            let mut parts = text.split(' ');
            let first = parts.next()?.parse().ok()?;
            let change = |part: &str| {
                let (minute, offset) = part.split_once(':')?;
                Some(OffsetChange { minute: minute.parse().ok()?, offset: offset.parse().ok()? })
            };
            Some(Self { first, changes: parts.map(change).collect::<Option<_>>()? })
        };
        read().ok_or(FieldError::Invalid)
    }
}

/// A time as a clock and a calendar in some time zone show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    day: Day,
    /// The minute of the day.
    minute: u16,
}

impl LocalTime {
    /// Returns the local time at an offset in minutes east of UTC.
    pub fn at_offset(at: Timestamp, offset: i32) -> Self {
        let shifted = Timestamp::from_millis(at.millis() + i64::from(offset) * MINUTE_MILLIS);
        let minute = minute_of(shifted).rem_euclid(24 * 60);
        Self { day: shifted.day(), minute: u16::try_from(minute).unwrap_or_default() }
    }

    /// Returns the calendar day.
    pub fn day(self) -> Day {
        self.day
    }

    /// Formats hours and minutes as `14:02`.
    pub fn format_clock(self) -> String {
        format!("{:02}:{:02}", self.minute / 60, self.minute % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn names_of_time_zones_have_the_form_of_iana() {
        for name in ["Africa/Nairobi", "UTC", "America/Port-au-Prince", "Etc/GMT+3", "America/Argentina/Buenos_Aires"] {
            assert_eq!(name.parse::<TimeZoneName>().map(|name| name.to_string()), Ok(name.to_owned()));
        }
        for wrong in
            ["", "/etc/passwd", "Africa/Nairobi ", "Africa/../Nairobi", "+03:00", "Zone\u{e9}", &"a".repeat(65)]
        {
            assert_eq!(wrong.parse::<TimeZoneName>(), Err(FieldError::Invalid), "{wrong}");
        }
    }

    #[test]
    fn offsets_apply_from_their_minute_on_and_round_trip() {
        let (spring, autumn) = (at("2026-03-29T01:00:00Z"), at("2026-10-25T01:00:00Z"));
        let london = UtcOffsets::new(0, [(spring, 60), (autumn, 0)]);
        assert_eq!(london.to_string(), "0 29579100:60 29881500:0");
        assert_eq!(london.to_string().parse(), Ok(london.clone()));
        for (time, offset) in [
            ("2000-07-01T00:00:00Z", 0),
            ("2026-03-29T00:59:59.999Z", 0),
            ("2026-03-29T01:00:00Z", 60),
            ("2026-10-25T00:59:59Z", 60),
            ("2026-10-25T01:00:00Z", 0),
        ] {
            assert_eq!(london.at(at(time)), offset, "{time}");
        }
        for wrong in ["", "x", "180 ", "180 5", "180 5:x", "180  5:6"] {
            assert_eq!(wrong.parse::<UtcOffsets>(), Err(FieldError::Invalid), "{wrong}");
        }
    }

    #[test]
    fn local_times_may_be_on_another_day() {
        for (time, offset, day, clock) in [
            ("2026-11-22T14:30:59.999Z", 180, "2026-11-22", "17:30"),
            ("2026-11-22T21:00:00Z", 180, "2026-11-23", "00:00"),
            ("2026-11-22T04:59:00Z", -300, "2026-11-21", "23:59"),
            ("2026-11-22T00:00:00Z", 345, "2026-11-22", "05:45"),
        ] {
            let local = LocalTime::at_offset(at(time), offset);
            assert_eq!((local.day().to_string().as_str(), local.format_clock().as_str()), (day, clock));
        }
    }
}
