use super::local::Local;
use crate::strings;
use leptos::prelude::*;
use model::{Day, Timestamp};

/// How an instant is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Hours and minutes.
    Clock,
    /// As short as it goes.
    Short,
    /// Day and time.
    Exact,
}

/// An instant, exact on hover.
#[component]
pub fn Time(at: Timestamp, tell: When) -> impl IntoView {
    let local = Local::current();
    let text = move || match tell {
        When::Clock => local.clock(at),
        When::Short => local.short(at),
        When::Exact => local.exact(at),
    };
    view! { <time datetime=at.to_string() title=move || local.exact(at)>{text}</time> }
}

/// A day in words, with how far off it is once today is known.
#[component]
pub fn DayLine(day: Day) -> impl IntoView {
    let local = Local::current();
    let distance = move || local.today().map(|today| format!(", {}", strings::relative_days(day.days_after(today))));
    view! {
        <time datetime=day.to_string()>{move || local.calendar_day(day)}</time>
        {distance}
    }
}
