use super::group_messages::{EntryKind, LogEntry};
use crate::{
    components::{Glyph, Icon, IsolatedText, LinkedText, Time, TimeFormat, locale::Locale},
    strings,
};
use leptos::prelude::*;
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

    fn glyph(self) -> Glyph {
        if self.status == strings::SENT { Glyph::Check } else { Glyph::DoubleCheck }
    }
}

/// What the entries of a log have in common.
#[derive(Clone, Copy)]
pub(super) struct LogContext {
    pub(super) me: PersonId,
    pub(super) last: Memo<Option<LastMessageStatus>>,
    /// The message that the URL links to.
    pub(super) linked: Option<i64>,
    /// The newest message when the thread opened: those after it arrive before the reader's eyes.
    pub(super) opened_at: i64,
}

/// Shows a message, a change of the booking, or a heading. Headings, names and times can't be selected, so that
/// copying messages copies their texts alone; as paragraphs they would still add empty lines.
pub(super) fn draw_entry(context: LogContext, LogEntry { seq, kind }: LogEntry) -> AnyView {
    match kind {
        EntryKind::Day(day, at) => {
            let locale = Locale::current();
            view! { <div class="day"><time datetime=day.to_string()>{move || locale.format_day(at)}</time></div> }
                .into_any()
        }
        EntryKind::Unread => view! { <div class="unread-divider" id="new">{strings::NEW}</div> }.into_any(),
        // Each message names its sender for screen readers.
        EntryKind::Sender(name) => view! {
            <div class="sender" aria-hidden="true">{name.map(|name| view! { <IsolatedText text=name/> })}</div>
        }
        .into_any(),
        EntryKind::Message(message) => match message.booking_status {
            Some(status) => {
                let by = (message.sender.id != context.me).then_some(message.sender.name);
                view! { <SystemMessage seq status by at=message.created_at/> }.into_any()
            }
            None => view! { <MessageRow context message/> }.into_any(),
        },
    }
}

#[component]
fn MessageRow(context: LogContext, message: Message) -> impl IntoView {
    let Message { seq, sender, body, created_at, .. } = message;
    let mine = sender.id == context.me;
    let by = if mine { strings::YOU.to_owned() } else { sender.name };
    let arrived = !mine && seq > context.opened_at;
    let status = move || {
        context.last.get().filter(|last| last.seq == seq).map(|last| {
            view! { <span class="status" role="status"><Icon glyph=last.glyph()/>{last.status}</span> }
        })
    };
    view! {
        <div class="message" id=format!("m{seq}") data-seq=seq tabindex="-1" class:mine=mine class:arrived=arrived class:linked=context.linked == Some(seq)>
            <span class="visually-hidden"><IsolatedText text=by/></span>
            <div class="bubble" dir="auto">
                <p class="message-text"><LinkedText text=body/></p>
                <span class="message-time">
                    <a href=format!("?at={seq}#m{seq}")><Time at=created_at format=TimeFormat::Clock/></a>
                    {status}
                </span>
            </div>
        </div>
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
        <div class="system-message" data-seq=seq tabindex="-1">
            <Icon glyph/> <span>{text}</span> " " <Time at format=TimeFormat::Clock/>
        </div>
    }
}
