use super::{Glyph, Icon, locale::Locale};
use crate::strings;
use leptos::prelude::*;
use model::{BookingStatus, Day, Role};

/// Shows the status of a booking, in the words of the viewer's role: what waits for one waits for the other's answer.
#[component]
pub fn StatusChip(
    status: BookingStatus,
    /// The viewer's role in the booking: `Booking::role_of`.
    role: Role,
    /// The day of the booking: a request without an answer waits for none once its day is over.
    #[prop(optional, into)]
    day: Option<Day>,
) -> impl IntoView {
    let locale = Locale::current();
    let is_over = day.is_some_and(|day| day < untrack(|| locale.today()));
    let (meaning, glyph) = match status {
        BookingStatus::Inquiry if is_over => ("over", Glyph::Clock),
        BookingStatus::Inquiry => ("ask", Glyph::Clock),
        BookingStatus::Accepted => ("yes", Glyph::Check),
        BookingStatus::Cancelled => ("gone", Glyph::Cross),
        BookingStatus::Declined => ("over", Glyph::Cross),
        BookingStatus::Completed => ("over", Glyph::DoubleCheck),
    };
    let label = match status {
        BookingStatus::Inquiry if is_over => strings::NOT_ANSWERED,
        status => strings::booking_status_label(status, role),
    };
    view! { <span class=format!("chip {meaning}")><Icon glyph/>{label}</span> }
}
