use super::{Avatar, Time, When, local::Local};
use crate::words;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::{Conversation, Inbox, PersonId, text};

/// Characters of the last message that are worth sending for one line.
const PREVIEW: usize = 80;

/// A conversation in the inbox.
#[component]
pub fn InboxRow(me: PersonId, inbox: RwSignal<Inbox>, conversation: Conversation) -> impl IntoView {
    let local = Local::current();
    let (id, path) = (conversation.id, format!("/conversations/{}", conversation.id));
    let (name_id, about_id) = (format!("name-{id}"), format!("about-{id}"));
    let (labelled, described) = (name_id.clone(), about_id.clone());
    let now =
        Memo::new(move |_| inbox.with(|inbox| inbox.conversations.iter().find(|known| known.id == id).map(Glance::of)));
    let location = use_location();
    let here = path.clone();
    let current = move || (location.pathname.get() == here).then_some("page");
    let last = move || {
        now.get().and_then(|now| now.last).map(|(sender, line)| {
            view! { {(sender == me).then_some(words::YOU_WROTE)}{line} }
        })
    };
    let unread = move || now.get().map_or(0, |now| now.unread);
    view! {
        <li>
            <a href=path class="row" class:unread=move || { unread() > 0 } aria-current=current aria-labelledby=labelled aria-describedby=described>
                <Avatar person=conversation.counterpart.clone()/>
                <span class="row-name" id=name_id>{conversation.counterpart.name.clone()}</span>
                <span class="row-when">
                    {move || now.get().map(|now| view! { <Time at=now.at tell=When::Short/> })}
                </span>
                <span class="row-about" id=about_id>
                    <span class="row-booking">
                        {conversation.booking.title.clone()} " · " {move || local.calendar_day(conversation.booking.event_date)}
                    </span>
                    <span class="row-last">{last}</span>
                    {move || (unread() > 0).then(|| view! {
                        <span class="badge"><span aria-hidden="true">{unread()}</span><span class="visually-hidden">{words::unread(unread())}</span></span>
                    })}
                </span>
            </a>
        </li>
    }
}

/// What of a conversation changes while it stands in the inbox.
#[derive(Clone, PartialEq)]
struct Glance {
    unread: i64,
    at: model::Instant,
    last: Option<(PersonId, String)>,
}

impl Glance {
    fn of(conversation: &Conversation) -> Self {
        let last = conversation.last_message.as_ref();
        Self {
            unread: conversation.unread,
            at: conversation.updated_at,
            last: last.map(|message| (message.sender.id, text::preview(&message.body, PREVIEW))),
        }
    }
}
