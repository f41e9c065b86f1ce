mod row;

use crate::{
    components::{
        EmptyState, ErrorSummary, Form, FormState, Glyph, Icon, LoadError, PageTitle, Skeleton, focus_on, page_of_query,
    },
    live::Live,
    page_resource::page_resource,
    reactive::{effect, keyed_list},
    request_error::{ForPerson, view_of},
    server_fns::{self, MarkNotificationsRead},
    strings,
};
use leptos::{either::Either, prelude::*, task::spawn_local};
use model::NotificationList;
use row::NotificationRow;

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
    let load = move |page: String| {
        spawn_local(async move {
            if let Some(older) = view_of(me, server_fns::load_notifications(Some(page)).await) {
                notifications.try_update(|notifications| notifications.extend(older));
            }
        });
    };
    view! {
        <ErrorSummary form/>
        {move || notifications.with(|notifications| notifications.unread > 0).then(|| view! { <MarkAllRead form/> })}
        <ul class="rows" role="list" aria-label=strings::NOTIFICATIONS>
            {keyed_list(rows, |notification| (notification.id, notification.actor.name.clone()), move |notification| view! { <NotificationRow notifications notification form/> }.into_any())}
        </ul>
        {move || notifications.with(|notifications| notifications.notifications.is_empty()).then(|| view! {
            <EmptyState title=strings::NO_NOTIFICATIONS lead=strings::NO_NOTIFICATIONS_LEAD/>
        })}
        {move || notifications.with(|notifications| notifications.next_page.clone()).map(|page| {
            let href = format!("/notifications?page={page}");
            view! {
                <p class="load-more">
                    <a href=href on:click=move |event| { event.prevent_default(); load(page.clone()); }>{strings::OLDER_NOTIFICATIONS}</a>
                </p>
            }
        })}
    }
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
