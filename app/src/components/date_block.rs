use crate::strings;
use leptos::prelude::*;
use model::Day;

/// Shows a day as a small sheet of a calendar: month, day, day of the week.
#[component]
pub fn DateBlock(
    day: Day,
    /// Whether screen readers skip it, because the same day stands beside it.
    #[prop(optional)]
    hidden: bool,
) -> impl IntoView {
    view! {
        <time class="date-block" datetime=day.to_string() aria-hidden=hidden.then_some("true")>
            <span>{strings::short_month(day.month())}</span>
            " "
            <strong>{day.day_of_month()}</strong>
            " "
            <span>{strings::short_weekday(day)}</span>
        </time>
    }
}
