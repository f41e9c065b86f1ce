use super::{DayLine, IsolatedText};
use crate::strings;
use leptos::prelude::*;
use model::Booking;

/// All terms of a booking, which never change.
#[component]
pub fn BookingTerms(
    booking: Booking,
    /// Its status, for readers who see the terms alone: with it, both parties are named.
    #[prop(optional)]
    status: Option<&'static str>,
) -> impl IntoView {
    let Booking { title, event_date, venue, fee, organizer, talent, .. } = booking;
    view! {
        <dl class="details">
            {term(strings::EVENT, view! { <IsolatedText text=title/> })}
            {term(strings::DATE, view! { <DayLine day=event_date/> })}
            {term(strings::VENUE, view! { <IsolatedText text=venue/> })}
            {term(strings::FEE, view! { <strong>{fee.format_amount()}</strong> })}
            {status.map(|status| term(strings::STATUS, status))}
            {term(strings::ORGANIZER, view! { <IsolatedText text=organizer.name/> })}
            {status.map(|_| term(strings::TALENT, view! { <IsolatedText text=talent.name/> }))}
        </dl>
    }
}

/// A row of a list of details.
pub(super) fn term(label: &'static str, value: impl IntoAny) -> AnyView {
    let value = value.into_any();
    view! { <div><dt>{label}</dt><dd>{value}</dd></div> }.into_any()
}
