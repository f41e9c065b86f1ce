use super::group_messages::LogRow;
use crate::{
    components::{Glyph, Icon, IsolatedText, LinkedText, Time, TimeFormat, locale::Locale},
    strings,
};
use leptos::{either::Either, prelude::*};
use model::{BookingStatus, Message, PersonId, Thread, Timestamp};

/// The delivery status of the viewer's last message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct LastMessageStatus {
    seq: i64,
    status: &'static str,
}

impl LastMessageStatus {
    pub(super) fn of(thread: &Thread, me: PersonId) -> Option<Self> {
        let mine = |message: &&Message| message.sender.id == me && message.booking_status.is_none();
        let seq = thread.messages.iter().rev().find(mine)?.seq;
        let conversation = &thread.conversation;
        let status = if seq <= conversation.counterpart_read_seq {
            strings::READ
        } else if seq <= conversation.counterpart_delivered_seq {
            strings::DELIVERED
        } else {
            strings::SENT
        };
        Some(Self { seq, status })
    }
}

/// Shows a message, or a change of the booking, with its headings.
#[component]
pub(super) fn MessageRow(
    me: PersonId,
    row: LogRow,
    last: Memo<Option<LastMessageStatus>>,
    linked: Option<i64>,
) -> impl IntoView {
    let locale = Locale::current();
    let Message { seq, sender, body, booking_status, created_at, .. } = row.message;
    let mine = sender.id == me;
    let by = if mine { strings::YOU.to_owned() } else { sender.name };
    let status = move || {
        last.get()
            .filter(|last| last.seq == seq)
            .map(|last| view! { <p class="status" role="status">{last.status}</p> })
    };
    view! {
        {row.day.map(|day| view! { <p class="day"><time datetime=move || locale.day_of(created_at).to_string()>{day}</time></p> })}
        {row.new.then(|| view! { <p class="unread-divider" id="new">{strings::NEW}</p> })}
        {match booking_status {
            Some(status) => Either::Left(view! { <SystemMessage seq status by=(!mine).then_some(by) at=created_at/> }),
            None => Either::Right(view! {
                <div class="message" id=format!("m{seq}") data-seq=seq class:mine=mine class:first=row.first class:linked=linked == Some(seq)>
                    {row.first.then(|| view! { <p class="message-meta"><span><IsolatedText text=by/></span>" "<a href=format!("?at={seq}#m{seq}")><Time at=created_at format=TimeFormat::Clock/></a></p> })}
                    <p class="bubble" dir="auto"><LinkedText text=body/></p>
                    {status}
                </div>
            }),
        }}
    }
}

/// Shows a change of the booking as a line of its own. `by` is `None` if the viewer made it.
#[component]
fn SystemMessage(seq: i64, status: BookingStatus, by: Option<String>, at: Timestamp) -> impl IntoView {
    let glyph = match status {
        BookingStatus::Declined | BookingStatus::Cancelled => Glyph::Cross,
        BookingStatus::Inquiry | BookingStatus::Accepted | BookingStatus::Completed => Glyph::Check,
    };
    let text = strings::booking_event_text(status, by.as_deref());
    view! {
        <p class="system-message" data-seq=seq>
            <Icon glyph/> <span>{text}</span> " " <Time at format=TimeFormat::Clock/>
        </p>
    }
}
