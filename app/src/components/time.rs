use super::locale::Locale;
use crate::strings;
use leptos::prelude::*;
use model::{Day, Timestamp};

/// The format of a time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TimeFormat {
    /// Hours and minutes.
    Clock,
    /// The shortest form, for lists.
    Short,
    /// Day and time.
    Exact,
}

/// Shows a time, with the exact one as its tooltip.
#[component]
pub fn Time(at: Timestamp, format: TimeFormat) -> impl IntoView {
    let locale = Locale::current();
    let text = move || match format {
        TimeFormat::Clock => locale.format_time(at),
        TimeFormat::Short => locale.format_short(at),
        TimeFormat::Exact => locale.format_exact(at),
    };
    view! { <time translate="no" datetime=at.to_string() title=move || locale.format_exact(at)>{text}</time> }
}

/// Shows a calendar day, with its distance from today.
#[component]
pub fn DayLine(day: Day) -> impl IntoView {
    let locale = Locale::current();
    let distance = move || format!(", {}", strings::relative_days(day.days_after(locale.today())));
    view! {
        <time translate="no" datetime=day.to_string()>{move || locale.format_calendar_day(day)}</time>
        {distance}
    }
}
