//! Time zones, by the IANA database that is compiled into the program: a container may have none, and all nodes of a
//! site must agree.

use model::{CurrentDay, LocalTime, TimeZoneName, Timestamp, UtcOffsets};
use std::time::Duration;

const YEAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// The years before and after now whose changes of the offset a page knows. A year has two changes at most, of some
/// 12 bytes each.
const YEARS_BEFORE: u32 = 5;
const YEARS_AFTER: u32 = 1;

/// A time zone with its rules.
#[derive(Clone, Debug)]
pub struct TimeZone {
    name: TimeZoneName,
    rules: jiff::tz::TimeZone,
}

impl TimeZone {
    /// Returns the zone with this name, if there is one.
    pub fn find(name: &TimeZoneName) -> Option<Self> {
        let rules = jiff::tz::TimeZone::get(name.as_str()).ok().filter(|rules| !rules.is_unknown())?;
        Some(Self { name: name.clone(), rules })
    }

    /// Returns the name.
    pub fn name(&self) -> &TimeZoneName {
        &self.name
    }

    /// Returns UTC, for tools and tests that need no zone.
    pub fn utc() -> Self {
        let name = "UTC".parse().unwrap_or_else(|_| unreachable!("UTC is a name"));
        Self { name, rules: jiff::tz::TimeZone::UTC }
    }

    /// Returns the calendar day at this time, and when it ends: at the next midnight, or when clocks skip that.
    pub fn today_at(&self, now: Timestamp) -> CurrentDay {
        let local =
            jiff::Timestamp::from_millisecond(now.millis()).unwrap_or_default().to_zoned_datetime(self.rules.clone());
        let day = LocalTime::at_offset(now, to_minutes(local.offset())).day();
        // There is no tomorrow at the end of the calendar only.
        let next = local.tomorrow().and_then(|tomorrow| tomorrow.start_of_day()).unwrap_or(local);
        CurrentDay { day, ends_at: Timestamp::from_millis(next.timestamp().as_millisecond()) }
    }

    /// Returns the offsets from five years before this time until a year after it.
    pub fn offsets_around(&self, now: Timestamp) -> UtcOffsets {
        let years = |count| i64::try_from((YEAR * count).as_millis()).unwrap_or_default();
        let (from, until) = (now.millis() - years(YEARS_BEFORE), now.millis() + years(YEARS_AFTER));
        let Ok(from) = jiff::Timestamp::from_millisecond(from) else { return UtcOffsets::default() };
        let changes = self
            .rules
            .following(from)
            .map(|change| (Timestamp::from_millis(change.timestamp().as_millisecond()), to_minutes(change.offset())));
        UtcOffsets::new(to_minutes(self.rules.to_offset(from)), changes.take_while(|(at, _)| at.millis() < until))
    }
}

/// Returns an offset in minutes. Since 1972, all offsets in use are whole minutes.
fn to_minutes(offset: jiff::tz::Offset) -> i32 {
    offset.seconds().div_euclid(60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offsets(name: &str, now: &str) -> UtcOffsets {
        let zone = TimeZone::find(&name.parse().expect("a name")).expect(name);
        zone.offsets_around(now.parse().expect("a timestamp"))
    }

    #[test]
    fn offsets_follow_the_rules_of_the_zone() {
        let now = "2026-11-22T14:30:00Z";
        assert_eq!(offsets("Africa/Nairobi", now).to_string(), "180");
        assert_eq!(offsets("Asia/Kathmandu", now).to_string(), "345");
        let london = offsets("Europe/London", now);
        for (time, minutes) in [("2024-07-01T12:00:00Z", 60), ("2026-11-22T14:30:00Z", 0), ("2027-07-01T12:00:00Z", 60)]
        {
            assert_eq!(london.at(time.parse().expect("a timestamp")), minutes, "{time}");
        }
        assert!(london.to_string().len() < 200, "it is part of every page: {london}");
    }

    #[test]
    fn a_day_ends_at_the_midnight_of_its_zone() {
        for (name, now, day, ends_at) in [
            ("UTC", "2026-11-22T23:59:59.999Z", "2026-11-22", "2026-11-23T00:00:00Z"),
            ("Africa/Nairobi", "2026-11-22T20:59:59Z", "2026-11-22", "2026-11-22T21:00:00Z"),
            ("Africa/Nairobi", "2026-11-22T21:00:00Z", "2026-11-23", "2026-11-23T21:00:00Z"),
            ("America/New_York", "2026-11-23T04:59:00Z", "2026-11-22", "2026-11-23T05:00:00Z"),
            // Days of 23 and of 25 hours.
            ("Europe/London", "2026-03-28T23:30:00Z", "2026-03-28", "2026-03-29T00:00:00Z"),
            ("Europe/London", "2026-03-29T00:30:00Z", "2026-03-29", "2026-03-29T23:00:00Z"),
            ("Europe/London", "2026-10-24T23:30:00Z", "2026-10-25", "2026-10-26T00:00:00Z"),
            // There is no midnight on the day on which summer time begins.
            ("Africa/Cairo", "2026-04-23T12:00:00Z", "2026-04-23", "2026-04-23T22:00:00Z"),
        ] {
            let zone = TimeZone::find(&name.parse().expect("a name")).expect(name);
            let today = zone.today_at(now.parse().expect("a timestamp"));
            assert_eq!((today.day.to_string().as_str(), today.ends_at.to_string().as_str()), (day, ends_at), "{name}");
        }
    }

    #[test]
    fn unknown_names_are_no_zones() {
        for name in ["Africa/Nowhere", "Etc/Unknown", "EventPro"] {
            assert!(TimeZone::find(&name.parse().expect("a name")).is_none(), "{name}");
        }
    }
}
