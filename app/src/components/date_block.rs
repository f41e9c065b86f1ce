use crate::strings;
use leptos::prelude::*;
use model::Day;

/// Shows a day as a small sheet of a calendar: month, day, day of the week.
#[component]
pub fn DateBlock(
    day: Day,
    /// The class that sets its size and colours.
    class: &'static str,
) -> impl IntoView {
    view! {
        <time class=class datetime=day.to_string()>
            <span>{strings::short_month(day.month())}</span>
            " "
            <strong>{day.day_of_month()}</strong>
            " "
            <span>{strings::short_weekday(day)}</span>
        </time>
    }
}
