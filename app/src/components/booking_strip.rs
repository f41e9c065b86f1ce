use super::{Glyph, Icon, IsolatedText, StatusChip};
use crate::{reactive::memo, strings};
use leptos::prelude::*;
use model::{Booking, Role};

/// The id of the sheet with the details of a thread's booking.
pub const DETAILS: &str = "details";

/// The booking in two lines above its thread, where the details aren't beside it. Opens them in a sheet.
#[component]
pub fn BookingStrip(#[prop(into)] booking: Signal<Booking>, role: Role) -> impl IntoView {
    let Booking { title, event_date, venue, fee, .. } = booking.get_untracked();
    let status = memo(move || booking.with(|booking| booking.status));
    view! {
        <button class="booking-strip" type="button" popovertarget=DETAILS>
            <span class="visually-hidden">{strings::OPEN_BOOKING}": "</span>
            <span class="strip-title"><IsolatedText text=title/></span>
            {move || view! { <StatusChip status=status.get() role day=event_date/> }}
            <span class="strip-terms">
                <time datetime=event_date.to_string()>{strings::weekday_and_day(event_date)}</time>
                <span class="strip-venue"><IsolatedText text=venue/></span>
                <b>{fee.format_amount()}</b>
            </span>
            <Icon glyph=Glyph::Down/>
        </button>
    }
}
