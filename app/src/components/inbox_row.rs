use super::{Avatar, IsolatedText, StatusChip, Time, TimeFormat, UnreadBadge};
use crate::{paths::conversation_path, reactive::memo, strings};
use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_location;
use model::{BookingStatus, Conversation, Day, InboxFilter, InboxList, Message, Person, PersonId, text};

/// Characters of the last message that a preview contains at most.
const PREVIEW: usize = 80;

/// Renders a conversation in the inbox.
#[component]
pub fn InboxRow(me: PersonId, inbox: RwSignal<InboxList>, conversation: Conversation) -> impl IntoView {
    let (id, path) = (conversation.id, conversation_path(conversation.id));
    let (name_id, about_id) = (format!("name-{id}"), format!("about-{id}"));
    let (labelled, described) = (name_id.clone(), about_id.clone());
    let today = inbox.with_untracked(|inbox| inbox.today.day);
    let now = memo(move || {
        inbox.with(|inbox| {
            let entry = inbox.entries.iter().find(|entry| entry.conversation.id == id);
            entry.map(|entry| InboxPreview::of(&entry.conversation, me, today))
        })
    });
    let location = use_location();
    let here = path.clone();
    let current = move || (location.pathname.get() == here).then_some("page");
    let last = move || {
        now.get().and_then(|now| now.last).map(|last| match last {
            LastActivity::Message(sender, line) => Either::Left(view! {
                {(sender == me).then_some(strings::YOU_WROTE)}<IsolatedText text=line/>
            }),
            LastActivity::BookingAction(sender, status) => {
                Either::Right(strings::short_booking_event(status, sender == me))
            }
        })
    };
    let counterpart = memo(move || now.with(|now| now.as_ref().map(|now| now.counterpart.clone())));
    let name = Signal::derive(move || counterpart.get().map(|person| person.name).unwrap_or_default());
    let unread = Signal::derive(move || now.with(|now| now.as_ref().map_or(0, |now| now.unread)));
    let needs_you = memo(move || now.get().is_some_and(|now| now.needs_you));
    let (role, day) = (conversation.booking.role_of(me), conversation.booking.event_date);
    let status = memo(move || now.get().map_or(conversation.booking.status, |now| now.status));
    view! {
        <li>
            <a href=path class="row" class:unread=move || { unread.get() > 0 } class:needs-you=needs_you
                aria-current=current aria-labelledby=labelled aria-describedby=described>
                {move || counterpart.get().map(|person| view! { <Avatar person/> })}
                <span class="row-name" id=name_id><IsolatedText text=name/></span>
                <span class="row-time">
                    {move || now.get().map(|now| view! { <Time at=now.at format=TimeFormat::Short/> })}
                </span>
                <span class="row-about" id=about_id>
                    {move || needs_you.get().then(|| view! {
                        <span class="visually-hidden">{strings::inbox_filter_label(InboxFilter::NeedsYou)}". "</span>
                    })}
                    <span class="row-last">{last}</span>
                    <UnreadBadge count=unread/>
                    <span class="row-booking">
                        {move || view! { <StatusChip status=status.get() role day/> }}
                        <span class="row-event">
                            <time datetime=day.to_string()>{strings::short_day(day, today)}</time>
                            " · " <IsolatedText text=conversation.booking.title.clone()/>
                        </span>
                    </span>
                </span>
            </a>
        </li>
    }
}

/// The fields of a conversation that may change while it is listed.
#[derive(Clone, PartialEq)]
struct InboxPreview {
    counterpart: Person,
    unread: i64,
    needs_you: bool,
    status: BookingStatus,
    at: model::Timestamp,
    last: Option<LastActivity>,
}

/// The last message, or the last change of the booking.
#[derive(Clone, PartialEq)]
enum LastActivity {
    /// A message: its sender and a preview.
    Message(PersonId, String),
    /// A booking action: who took it, and the new status.
    BookingAction(PersonId, BookingStatus),
}

impl LastActivity {
    fn of(message: &Message) -> Self {
        match message.booking_status {
            Some(status) => LastActivity::BookingAction(message.sender.id, status),
            None => LastActivity::Message(message.sender.id, text::preview(&message.body, PREVIEW)),
        }
    }
}

impl InboxPreview {
    fn of(conversation: &Conversation, me: PersonId, today: Day) -> Self {
        Self {
            counterpart: conversation.counterpart.clone(),
            unread: conversation.unread,
            needs_you: conversation.needs(me, today),
            status: conversation.booking.status,
            at: conversation.updated_at,
            last: conversation.last_message.as_ref().map(LastActivity::of),
        }
    }
}
