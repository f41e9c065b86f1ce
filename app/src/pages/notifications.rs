mod row;

use crate::{
    components::{
        EmptyState, ErrorSummary, Form, FormState, Glyph, Icon, LoadError, LoadMore, NextPage, PageTitle, Skeleton,
        focus_on, page_of_query,
    },
    live::Live,
    page_resource::page_resource,
    reactive::{effect, keyed_list},
    request_error::{ForPerson, view_of},
    server_fns::{self, MarkNotificationsRead},
    strings,
};
use leptos::{either::Either, prelude::*};
use model::{NotificationList, PersonId};
use row::NotificationRow;
use std::{future::Future, pin::Pin};

/// The page of the notifications.
#[component]
pub fn NotificationsPage() -> impl IntoView {
    page_of_query("page", |page| view! { <NotificationsLoader page/> }.into_any())
}

#[component]
fn NotificationsLoader(
    /// The page of older notifications; `None` for the newest.
    page: Option<String>,
) -> impl IntoView {
    let first_page = page.is_none();
    let form = FormState::for_server_fn::<MarkNotificationsRead>("mark-seen");
    let notifications = page_resource(|| (), move |()| server_fns::load_notifications(page.clone()));
    // A page of older notifications isn't live: reload it after marking.
    effect(move || {
        if form.done.get() && !first_page {
            notifications.refetch();
        }
    });
    view! {
        <PageTitle text=strings::NOTIFICATIONS/>
        <main class="page" id="content">
            <h1 id="notifications" tabindex="-1">{strings::NOTIFICATIONS}</h1>
            <Transition fallback=|| view! { <Skeleton rows=6/> }>
                {move || Suspend::new(async move {
                    match notifications.await {
                        Ok(for_person) => Either::Left(view! { <NotificationsView for_person first_page form/> }),
                        Err(failure) => Either::Right(view! { <LoadError failure/> }),
                    }
                })}
            </Transition>
        </main>
    }
}

#[component]
fn NotificationsView(for_person: ForPerson<NotificationList>, first_page: bool, form: FormState) -> impl IntoView {
    let me = for_person.me;
    let notifications = if first_page { Live::current().subscribe(for_person) } else { RwSignal::new(for_person.view) };
    let rows = move || notifications.with(|notifications| notifications.notifications.clone());
    let next = Signal::derive(move || {
        let token = notifications.with(|notifications| notifications.next_page.clone())?;
        Some(NextPage { href: format!("/notifications?page={token}"), token })
    });
    let load = move |page: String| Box::pin(load_older(me, notifications, page)) as Pin<Box<dyn Future<Output = bool>>>;
    view! {
        <ErrorSummary form/>
        {move || notifications.with(|notifications| notifications.unread > 0).then(|| view! { <MarkAllRead form/> })}
        <ul class="rows" role="list" aria-label=strings::NOTIFICATIONS>
            {keyed_list(rows, |notification| (notification.id, notification.actor.name.clone()), move |notification| view! { <NotificationRow notifications notification form/> }.into_any())}
        </ul>
        {move || notifications.with(|notifications| notifications.notifications.is_empty()).then(|| view! {
            <EmptyState title=strings::NO_NOTIFICATIONS lead=strings::NO_NOTIFICATIONS_LEAD/>
        })}
        <LoadMore next label=strings::OLDER_NOTIFICATIONS list="#content .rows" load=Box::new(load)/>
    }
}

/// Adds a page to the list. Returns whether it could.
async fn load_older(me: PersonId, notifications: RwSignal<NotificationList>, page: String) -> bool {
    let older = view_of(me, server_fns::load_notifications(Some(page)).await);
    older.map(|older| notifications.try_update(|notifications| notifications.extend(older))).is_some()
}

/// The button to mark all. It disappears when all are read, so the focus moves to the heading first.
#[component]
fn MarkAllRead(form: FormState) -> impl IntoView {
    view! {
        <Form form on:submit=|_| focus_on("#notifications")>
            <button class="button" type="submit" aria-disabled=form.aria_disabled()><Icon glyph=Glyph::Check/>{strings::MARK_ALL_READ}</button>
        </Form>
    }
}
