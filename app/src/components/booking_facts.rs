use super::{DayLine, IsolatedText, StatusChip};
use crate::{owner::PageOwner, reactive::memo, strings};
use leptos::prelude::*;
use model::{Booking, Role};

/// Lists the terms of a booking, one per row.
#[component]
pub fn BookingFacts(#[prop(into)] booking: Signal<Booking>) -> impl IntoView {
    let facts = move |booking: Booking| {
        let craft = booking.talent.craft.map(|craft| format!(", {}", strings::craft_label(craft)));
        view! {
        <dl class="details">
            <div><dt>{strings::EVENT}</dt><dd><IsolatedText text=booking.title/></dd></div>
            <div><dt>{strings::DATE}</dt><dd><DayLine day=booking.event_date/></dd></div>
            <div><dt>{strings::VENUE}</dt><dd><IsolatedText text=booking.venue/></dd></div>
            <div><dt>{strings::FEE}</dt><dd>{booking.fee.format_amount()}</dd></div>
            <div><dt>{strings::ORGANIZER}</dt><dd><IsolatedText text=booking.organizer.name/></dd></div>
            <div><dt>{strings::TALENT}</dt><dd><IsolatedText text=booking.talent.name/>{craft}</dd></div>
        </dl>
        }
    };
    move || facts(booking.get())
}

/// Shows the booking in one line above its thread; it expands to all terms. The terms never change, only the status
/// does.
#[component]
pub fn BookingLine(#[prop(into)] booking: Signal<Booking>, children: Children) -> impl IntoView {
    let Booking { id, title, event_date, venue, fee, .. } = booking.get_untracked();
    let link = format!("/bookings/{id}");
    let role = PageOwner::current().map_or(Role::Talent, |me| booking.with_untracked(|booking| booking.role_of(me)));
    let status = memo(move || booking.with(|booking| booking.status));
    view! {
        <details class="booking-line">
            <summary>
                <span class="booking-terms">
                    <span class="booking-title"><IsolatedText text=title/></span>
                    <span class="booking-date"><DayLine day=event_date/></span>
                    <span class="booking-venue"><IsolatedText text=venue/></span>
                    <span class="booking-fee">{fee.format_amount()}</span>
                </span>
                {move || view! { <StatusChip status=status.get() role/> }}
            </summary>
            <BookingFacts booking/>
            <a href=link>{strings::OPEN_BOOKING}</a>
            {children()}
        </details>
    }
}
