use crate::{
    components::{Avatar, Form, FormState, Glyph, Icon, IsolatedText, Time, TimeFormat, focus_on},
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
    let Notification { id, conversation_id, kind, actor, preview, created_at, .. } = notification;
    let what = strings::notification_text(kind, &actor.name);
    let mark_label = StoredValue::new(strings::mark_read_label(&what));
    let href = conversation_id.map_or_else(|| "/settings".to_owned(), |id| format!("/conversations/{id}"));
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
                <span class="row-name">{what}</span>
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
                    <button class="nav-item" type="submit" aria-label=mark_label.get_value() aria-disabled=form.aria_disabled()>
                        <Icon glyph=Glyph::Check/><span class="nav-label">{strings::MARK_READ}</span>
                    </button>
                </Form>
            })}
        </li>
    }
}
