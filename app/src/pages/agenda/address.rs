//! The address of the page of bookings by day.

use model::AgendaPeriod;

/// Returns the path of a period's page.
pub(super) fn path_of(period: AgendaPeriod) -> String {
    match period {
        AgendaPeriod::Upcoming => "/bookings".to_owned(),
        AgendaPeriod::Month(month) => format!("/bookings?month={month}"),
        AgendaPeriod::From(position) => format!("/bookings?from={position}"),
    }
}

/// Returns the period that a field of the query names, else the upcoming bookings.
pub(super) fn period_of(field: Option<&str>) -> AgendaPeriod {
    field.and_then(|field| field.parse().ok()).unwrap_or(AgendaPeriod::Upcoming)
}
