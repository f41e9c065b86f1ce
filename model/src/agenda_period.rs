//! Which bookings a list by day has.

use crate::{
    id::BookingId,
    time::{Day, Month},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The name of [`AgendaPeriod::Upcoming`].
const UPCOMING: &str = "upcoming";

/// Which bookings a list by day has. Written `upcoming`, as a month, or as a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgendaPeriod {
    /// All from the current month on.
    Upcoming,
    /// Those of a month.
    Month(Month),
    /// All from a position on.
    From(AgendaPosition),
}

/// A position between two bookings in the order of day and id. Also the token of the page that begins there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AgendaPosition {
    /// The day of the bookings after it.
    pub day: Day,
    /// The last booking of that day before it; `None` at the beginning of the day.
    pub after: Option<BookingId>,
}

impl fmt::Display for AgendaPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AgendaPeriod::Upcoming => f.write_str(UPCOMING),
            AgendaPeriod::Month(month) => write!(f, "{month}"),
            AgendaPeriod::From(position) => write!(f, "{position}"),
        }
    }
}

impl FromStr for AgendaPeriod {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == UPCOMING {
            return Ok(AgendaPeriod::Upcoming);
        }
        text.parse().map(AgendaPeriod::Month).or_else(|_| text.parse().map(AgendaPeriod::From))
    }
}

impl AgendaPosition {
    /// Returns the beginning of a day.
    pub fn start_of(day: Day) -> Self {
        Self { day, after: None }
    }

    /// Returns the position right after a booking.
    pub fn after(day: Day, id: BookingId) -> Self {
        Self { day, after: Some(id) }
    }
}

impl fmt::Display for AgendaPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.day)?;
        self.after.map_or(Ok(()), |id| write!(f, ".{}", id.0.simple()))
    }
}

impl FromStr for AgendaPosition {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (day, after) = text.split_once('.').map_or((text, None), |(day, after)| (day, Some(after)));
            let after = after.map(|id| id.parse().ok()).map_or(Some(None), |id| id.map(Some))?;
            let position = Self { day: day.parse().ok()?, after };
            (position.to_string() == text).then_some(position)
        };
        read().ok_or("not a position in an agenda")
    }
}

impl TryFrom<String> for AgendaPosition {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AgendaPosition> for String {
    fn from(position: AgendaPosition) -> Self {
        position.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{AgendaPeriod, AgendaPosition, BookingId};
    use uuid::Uuid;

    #[test]
    fn a_position_round_trips_and_forgery_is_refused() {
        let day = "2027-02-13".parse().expect("a day");
        let positions = [AgendaPosition::start_of(day), AgendaPosition::after(day, BookingId(Uuid::from_u128(7)))];
        assert!(positions.is_sorted());
        for position in positions {
            assert_eq!(position.to_string().parse(), Ok(position));
        }
        let periods = ["upcoming", "2027-02", "2027-02-13", "2027-02-13.00000000000000000000000000000007"];
        for period in periods {
            assert_eq!(period.parse().map(|period: AgendaPeriod| period.to_string()), Ok(period.to_owned()));
        }
        for forged in ["", "2027-02", "2027-02-30", "2027-02-13.", "2027-02-13.7", ".00000000000000000000000000000007"]
        {
            assert!(forged.parse::<AgendaPosition>().is_err(), "{forged}");
        }
    }
}
