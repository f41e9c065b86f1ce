use crate::{
    components::{Avatar, Form, FormState, Glyph, Icon, IsolatedText, Time, TimeFormat, focus_on, locale::Locale},
    paths::conversation_path,
    reactive::memo,
    strings,
};
use leptos::prelude::*;
use model::{Notification, NotificationList};

/// Shows a notification: a link to its subject, and a button to mark it while it is unread.
#[component]
pub(super) fn NotificationRow(
    notifications: RwSignal<NotificationList>,
    notification: Notification,
    form: FormState,
) -> impl IntoView {
    let locale = Locale::current();
    let Notification { id, conversation_id, kind, booking, actor, preview, created_at, .. } = notification;
    let title = strings::notification_text(kind, &actor.name);
    let what = memo(move || match &booking {
        Some(booking) => {
            let day = locale.format_calendar_day(booking.event_date);
            strings::notification_about(&title, &booking.title, &day, &booking.fee.format_amount())
        }
        None => title.clone(),
    });
    let mark_label = move || what.with(|what| strings::mark_read_label(what));
    let href = conversation_id.map_or_else(|| "/settings".to_owned(), conversation_path);
    let link_id = format!("notification-{id}");
    let link = StoredValue::new(format!("#{link_id}"));
    let unread = memo(move || {
        notifications.with(|notifications| {
            notifications.notifications.iter().any(|known| known.id == id && known.read_at.is_none())
        })
    });
    view! {
        <li class="notification">
            <a class="row" class:unread=unread href=href id=link_id>
                <Avatar person=actor/>
                <span class="row-name">{move || what.get()}</span>
                <span class="row-time"><Time at=created_at format=TimeFormat::Short/></span>
                <span class="row-about">
                    <span class="row-last"><IsolatedText text=preview/></span>
                    {move || unread.get().then(|| view! { <span class="badge">{strings::UNREAD}</span> })}
                </span>
            </a>
            // The button disappears after marking, so the focus moves to the link first.
            {move || unread.get().then(|| view! {
                <Form form on:submit=move |_| focus_on(link.get_value())>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button class="button" type="submit" aria-label=mark_label aria-disabled=form.aria_disabled()>
                        <Icon glyph=Glyph::Check/><span class="nav-label">{strings::MARK_READ}</span>
                    </button>
                </Form>
            })}
        </li>
    }
}
