use super::DayLine;
use crate::words;
use leptos::prelude::*;
use model::{Booking, BookingStatus};

/// Where a booking stands, in words and colour.
#[component]
pub fn StatusChip(status: BookingStatus) -> impl IntoView {
    view! { <span class=format!("chip {}", status.as_str())>{words::status(status)}</span> }
}

/// What was agreed, one fact a row.
#[component]
pub fn BookingFacts(booking: Booking) -> impl IntoView {
    let craft = booking.talent.craft.map(|craft| format!(", {}", words::craft(craft)));
    view! {
        <dl class="facts">
            <div><dt>{words::EVENT}</dt><dd>{booking.title.clone()}</dd></div>
            <div><dt>{words::DATE}</dt><dd><DayLine day=booking.event_date/></dd></div>
            <div><dt>{words::VENUE}</dt><dd>{booking.venue.clone()}</dd></div>
            <div><dt>{words::FEE}</dt><dd>{booking.fee.in_words()}</dd></div>
            <div><dt>{words::ORGANIZER}</dt><dd>{booking.organizer.name.clone()}</dd></div>
            <div><dt>{words::TALENT}</dt><dd>{booking.talent.name.clone()}{craft}</dd></div>
        </dl>
    }
}

/// The booking in a line, at the head of its thread; it opens into the facts.
#[component]
pub fn BookingLine(booking: Booking) -> impl IntoView {
    let link = format!("/bookings/{}", booking.id);
    view! {
        <details class="booking-line">
            <summary>
                <span class="booking-terms">
                    <span class="booking-title">{booking.title.clone()}</span>
                    <span class="booking-date"><DayLine day=booking.event_date/></span>
                    <span class="booking-venue">{booking.venue.clone()}</span>
                    <span class="booking-fee">{booking.fee.in_words()}</span>
                </span>
                <StatusChip status=booking.status/>
            </summary>
            <BookingFacts booking/>
            <a href=link>{words::OPEN_BOOKING}</a>
        </details>
    }
}
