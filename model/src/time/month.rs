use super::{Day, ParseTimeError, parse_digits};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use time::Date;

/// A month of a year, written `YYYY-MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    /// 0 to 9999.
    year: i32,
    /// 1 to 12.
    number: u8,
}

impl Month {
    pub(super) fn of(day: Date) -> Self {
        Self { year: day.year(), number: day.month().into() }
    }

    /// Returns the year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// Returns the number of the month in its year, from 1.
    pub fn number(self) -> u8 {
        self.number
    }

    /// Returns the first day.
    pub fn first_day(self) -> Day {
        let first = time::Month::try_from(self.number).ok().map(|month| Date::from_calendar_date(self.year, month, 1));
        Day(first.and_then(Result::ok).unwrap_or(Date::MAX))
    }

    /// Returns the next month; the same at the end of the calendar.
    pub fn next(self) -> Self {
        match (self.year, self.number) {
            (9999, 12) => self,
            (year, 12) => Self { year: year + 1, number: 1 },
            (year, number) => Self { year, number: number + 1 },
        }
    }

    /// Returns the month before; the same at the beginning of the calendar.
    pub fn previous(self) -> Self {
        match (self.year, self.number) {
            (0, 1) => self,
            (year, 1) => Self { year: year - 1, number: 12 },
            (year, number) => Self { year, number: number - 1 },
        }
    }

    /// Returns all days, in order.
    pub fn days(self) -> impl Iterator<Item = Day> {
        let first = self.first_day();
        let days = (0..31).map(move |number| first.plus_days(number));
        days.enumerate().filter(move |(number, day)| usize::from(day.day_of_month()) == number + 1).map(|(_, day)| day)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.number)
    }
}

impl FromStr for Month {
    type Err = ParseTimeError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (year, number) = text.split_once('-')?;
            let valid = year.len() == 4 && number.len() == 2;
            let (year, number) = (parse_digits(year)?.try_into().ok()?, parse_digits(number)?.try_into().ok()?);
            (valid && (1..=12).contains(&number)).then_some(Self { year, number })
        };
        read().ok_or(ParseTimeError)
    }
}

impl TryFrom<String> for Month {
    type Error = ParseTimeError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{Day, Month};

    fn month(text: &str) -> Month {
        text.parse().expect("a month")
    }

    #[test]
    fn months_round_trip() {
        assert_eq!(month("2027-02").to_string(), "2027-02");
        for wrong in ["2027", "2027-13", "2027-00", "2027-2", "27-02", "2027-02-01", "+027-02", "2027-é", ""] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn months_follow_one_another() {
        assert_eq!((month("2026-12").next(), month("2027-01").previous()), (month("2027-01"), month("2026-12")));
        assert_eq!((month("9999-12").next(), month("0000-01").previous()), (month("9999-12"), month("0000-01")));
        let days = |text: &str| month(text).days().count();
        assert_eq!(["2028-02", "2027-02", "2027-04", "2027-12", "9999-12"].map(days), [29, 28, 30, 31, 31]);
        let last: Day = "2028-02-29".parse().expect("a day");
        assert_eq!((month("2028-02").days().last(), last.month()), (Some(last), month("2028-02")));
    }

    #[test]
    fn a_week_ends_on_sunday() {
        let day = |text: &str| text.parse::<Day>().expect("a day");
        assert_eq!(day("2027-01-16").weekday(), 5);
        assert_eq!(day("2027-01-16").end_of_week(), day("2027-01-17"));
        assert_eq!(day("2027-01-17").end_of_week(), day("2027-01-17"));
        assert_eq!(day("2027-01-18").end_of_week(), day("2027-01-24"));
    }
}
