//! Months, days of the week, and the pages with bookings by day.

use model::{BookingStatus, Day, Month, Role, text::isolate};

pub const NEXT_UP: &str = "Next up";
pub const THIS_WEEK: &str = "This week";
pub const EARLIER_THIS_MONTH: &str = "Earlier this month";
pub const MONTHS_LABEL: &str = "Months";
pub const UPCOMING: &str = "Upcoming";
pub const NO_BOOKINGS: &str = "No bookings coming up";
pub const NO_BOOKINGS_LEAD: &str = "Requests and agreed bookings appear here, each on its day.";
pub const NO_BOOKINGS_THEN: &str = "No bookings in this month";
pub const ALL_BOOKINGS: &str = "All bookings";

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Days before and after today within which a date without its year can't be mistaken.
const YEAR_IS_PLAIN: std::ops::RangeInclusive<i64> = -180..=330;

fn month_name(month: Month) -> &'static str {
    MONTHS.get(usize::from(month.number()) - 1).copied().unwrap_or_default()
}

/// Returns the first three letters of a month's name.
pub fn short_month(month: Month) -> &'static str {
    &month_name(month)[..3]
}

/// Returns a month and its year.
pub fn month_title(month: Month) -> String {
    format!("{} {}", month_name(month), month.year())
}

/// Returns the names of the days of the week, from Monday.
pub fn weekdays() -> [&'static str; 7] {
    WEEKDAYS
}

/// Returns the first three letters of a day's name.
pub fn short_weekday(day: Day) -> &'static str {
    WEEKDAYS.get(usize::from(day.weekday())).map(|name| &name[..3]).unwrap_or_default()
}

/// Returns a day as `16 Jan`, with the year where that isn't plain from today.
pub fn short_day(day: Day, today: Day) -> String {
    let short = day.format_short();
    if YEAR_IS_PLAIN.contains(&day.days_after(today)) { short } else { format!("{short} {}", day.month().year()) }
}

/// Returns a day as `Sat 16 Jan`.
pub fn weekday_and_day(day: Day) -> String {
    format!("{} {}", short_weekday(day), day.format_short())
}

/// Labels a day of the month grid that has bookings.
pub fn day_with_bookings(day: Day, count: usize) -> String {
    let bookings = if count == 1 { "1 booking".to_owned() } else { format!("{count} bookings") };
    format!("{} {}, {bookings}", day.day_of_month(), month_name(day.month()))
}

/// Returns the sum of a month's agreed fees.
pub fn agreed_fees(sums: &[String]) -> String {
    format!("{} agreed", sums.join(" + "))
}

/// The title of the bookings from a day on.
pub fn bookings_from(day: Day) -> String {
    format!("Bookings from {}", day.format_long())
}

/// Labels the link to the bookings before those that are listed.
pub fn earlier_bookings(month: Month) -> String {
    format!("Earlier: {}", month_title(month))
}

/// Labels the link to the bookings after those that are listed.
pub fn later_bookings(month: Month) -> String {
    format!("Later: {}", month_title(month))
}

/// Returns the last change of a booking in a list, where its row names the other person.
pub fn short_booking_event(status: BookingStatus, by_viewer: bool) -> &'static str {
    match (status, by_viewer) {
        (BookingStatus::Accepted, true) => "You accepted",
        (BookingStatus::Accepted, false) => "Accepted",
        (BookingStatus::Declined, true) => "You declined",
        (BookingStatus::Cancelled, true) => "You cancelled",
        (status, _) => booking_status_label(status, Role::Organizer),
    }
}

/// Says with whom a booking is.
pub fn with_person(name: &str) -> String {
    format!("with {}", isolate(name))
}

/// The status of a request whose day has passed without an answer.
pub const NOT_ANSWERED: &str = "Not answered";

/// Names a status for a party with this role.
pub fn booking_status_label(status: BookingStatus, role: Role) -> &'static str {
    match (status, role) {
        (BookingStatus::Inquiry, Role::Organizer) => "Waiting for reply",
        (BookingStatus::Inquiry, Role::Talent) => "New request",
        (BookingStatus::Accepted, _) => "Agreed",
        (BookingStatus::Declined, _) => "Declined",
        (BookingStatus::Cancelled, _) => "Cancelled",
        (BookingStatus::Completed, _) => "Done",
    }
}
