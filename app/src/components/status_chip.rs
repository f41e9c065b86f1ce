use super::{Glyph, Icon};
use crate::strings;
use leptos::prelude::*;
use model::{BookingStatus, Role};

/// Shows the status of a booking, in the words of the viewer's role: what waits for one waits for the other's answer.
#[component]
pub fn StatusChip(
    status: BookingStatus,
    /// The viewer's role in the booking: `Booking::role_of`.
    role: Role,
) -> impl IntoView {
    let (meaning, glyph) = match status {
        BookingStatus::Inquiry => ("ask", Glyph::Clock),
        BookingStatus::Accepted => ("yes", Glyph::Check),
        BookingStatus::Cancelled => ("gone", Glyph::Cross),
        BookingStatus::Declined => ("over", Glyph::Cross),
        BookingStatus::Completed => ("over", Glyph::DoubleCheck),
    };
    view! { <span class=format!("chip {meaning}")><Icon glyph/>{strings::booking_status_label(status, role)}</span> }
}
