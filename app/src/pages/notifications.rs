mod row;

use crate::{
    components::{
        EmptyState, Form, FormError, FormState, Glyph, Icon, LoadError, PageTitle, Skeleton, focus_on, page_of_query,
    },
    live::Live,
    reactive::{effect, keyed_list},
    request_error::{ForPerson, view_of},
    server_fn_client::page_resource,
    server_fns::{self, MarkNotificationsRead},
    strings,
};
use leptos::{either::Either, prelude::*, task::spawn_local};
use model::NotificationList;
use row::NotificationRow;

/// The page of the notifications.
#[component]
pub fn NotificationsPage() -> impl IntoView {
    page_of_query("page", |page| view! { <NotificationsOf page/> }.into_any())
}

#[component]
fn NotificationsOf(
    /// The page of older notifications; `None` for the newest.
    page: Option<String>,
) -> impl IntoView {
    let live = Live::current();
    let first_page = page.is_none();
    let form = FormState::for_server_fn::<MarkNotificationsRead>("mark-seen");
    let notices =
        page_resource(move || live.reload_generation.get(), move |_| server_fns::load_notifications(page.clone()));
    // A page of older notifications isn't live: reload it after marking.
    effect(move || {
        if form.done.get() && !first_page {
            notices.refetch();
        }
    });
    view! {
        <PageTitle text=strings::NOTIFICATIONS/>
        <main class="page" id="content">
            <h1 id="notifications" tabindex="-1">{strings::NOTIFICATIONS}</h1>
            <Transition fallback=|| view! { <Skeleton rows=6/> }>
                {move || Suspend::new(async move {
                    match notices.await {
                        Ok(mine) => Either::Left(view! { <NotificationList mine first_page form/> }),
                        Err(failure) => Either::Right(view! { <LoadError failure/> }),
                    }
                })}
            </Transition>
        </main>
    }
}

#[component]
fn NotificationList(mine: ForPerson<NotificationList>, first_page: bool, form: FormState) -> impl IntoView {
    let me = mine.me;
    let notices = if first_page { Live::current().subscribe(mine) } else { RwSignal::new(mine.view) };
    let rows = move || notices.with(|notices| notices.notifications.clone());
    let load = move |page: String| {
        spawn_local(async move {
            if let Some(older) = view_of(me, server_fns::load_notifications(Some(page)).await) {
                notices.try_update(|notices| notices.extend(older));
            }
        });
    };
    view! {
        <FormError failure=form.failure/>
        {move || notices.with(|notices| notices.unread > 0).then(|| view! { <MarkAllRead form/> })}
        <ul class="rows" role="list" aria-label=strings::NOTIFICATIONS>
            {keyed_list(rows, |notification| (notification.id, notification.actor.name.clone()), move |notification| view! { <NotificationRow notices notification form/> }.into_any())}
        </ul>
        {move || notices.with(|notices| notices.notifications.is_empty()).then(|| view! {
            <EmptyState title=strings::NO_NOTIFICATIONS lead=strings::NO_NOTIFICATIONS_LEAD/>
        })}
        {move || notices.with(|notices| notices.next_page.clone()).map(|page| {
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
            <button class="button" type="submit" disabled=form.pending><Icon glyph=Glyph::Check/>{strings::MARK_ALL_READ}</button>
        </Form>
    }
}
