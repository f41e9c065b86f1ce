use super::arrange::Row;
use crate::{
    parts::{Glyph, Icon, LinkedText, Time, When},
    words,
};
use leptos::{either::Either, prelude::*};
use model::{BookingStatus, Instant, Message, PersonId};

/// A message, or what became of the booking, with what stands above it.
#[component]
pub(super) fn MessageRow(me: PersonId, row: Row, status: Memo<Option<(i64, &'static str)>>) -> impl IntoView {
    let Message { seq, sender, body, step, created_at, .. } = row.message;
    let mine = sender.id == me;
    let by = if mine { words::YOU.to_owned() } else { sender.name };
    let said =
        move || status.get().filter(|(last, _)| *last == seq).map(|(_, word)| view! { <p class="status">{word}</p> });
    view! {
        {row.day.map(|day| view! { <p class="day"><time datetime=created_at.day().to_string()>{day}</time></p> })}
        {row.new.then(|| view! { <p class="new-line" id="new">{words::NEW}</p> })}
        {match step {
            Some(status) => Either::Left(view! { <SystemLine status by=(!mine).then_some(by) at=created_at/> }),
            None => Either::Right(view! {
                <div class="message" class:mine=mine class:first=row.first>
                    {row.first.then(|| view! { <p class="by"><span>{by}</span>" "<Time at=created_at tell=When::Clock/></p> })}
                    <p class="bubble"><LinkedText text=body/></p>
                    {said}
                </div>
            }),
        }}
    }
}

/// A step of the booking, as a line of its own. `by` is nothing where the viewer took it.
#[component]
fn SystemLine(status: BookingStatus, by: Option<String>, at: Instant) -> impl IntoView {
    let glyph = match status {
        BookingStatus::Declined | BookingStatus::Cancelled => Glyph::Cross,
        BookingStatus::Inquiry | BookingStatus::Accepted | BookingStatus::Completed => Glyph::Check,
    };
    let text = words::stepped(status, by.as_deref());
    view! {
        <p class="system">
            <Icon glyph/> <span>{text}</span> " " <Time at tell=When::Clock/>
        </p>
    }
}
