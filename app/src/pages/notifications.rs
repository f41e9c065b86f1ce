use crate::{
    answer::Mine,
    functions,
    live::Live,
    parts::{Avatar, Empty, Failed, Skeleton, Time, When},
    words,
};
use leptos::{either::Either, prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use model::{Notices, Notification};

/// What the bell tells of.
#[component]
pub fn NotificationsPage() -> impl IntoView {
    let live = Live::current();
    let query = use_query_map();
    let page = Memo::new(move |_| query.with(|query| query.get("page")));
    let notices =
        Resource::new(move || (live.epoch.get(), page.get()), |(_, page)| functions::load_notifications(page));
    view! {
        <Title text=words::NOTIFICATIONS/>
        <main class="page" id="content">
            <h1>{words::NOTIFICATIONS}</h1>
            <Transition fallback=|| view! { <Skeleton rows=6/> }>
                {move || Suspend::new(async move {
                    match notices.await {
                        Ok(mine) => Either::Left(view! { <List mine first_page=page.get_untracked().is_none()/> }),
                        Err(failure) => Either::Right(view! { <Failed failure/> }),
                    }
                })}
            </Transition>
        </main>
    }
}

#[component]
fn List(mine: Mine<Notices>, first_page: bool) -> impl IntoView {
    let notices = if first_page { Live::current().keep(mine) } else { RwSignal::new(mine.view) };
    let rows = move || notices.with(|notices| notices.notifications.clone());
    let load = move |page: String| {
        spawn_local(async move {
            if let Ok(older) = functions::load_notifications(Some(page)).await {
                notices.update(|notices| notices.extend(older.view));
            }
        });
    };
    view! {
        <ul class="rows" role="list" aria-label=words::NOTIFICATIONS>
            <For each=rows key=|notification| (notification.id, notification.read_at) let:notification>
                <Row notification/>
            </For>
        </ul>
        {move || notices.with(|notices| notices.notifications.is_empty()).then(|| view! {
            <Empty title=words::NO_NOTIFICATIONS lead=words::NO_NOTIFICATIONS_LEAD/>
        })}
        {move || notices.with(|notices| notices.next_page.clone()).map(|page| {
            let href = format!("/notifications?page={page}");
            view! {
                <p class="older">
                    <a href=href on:click=move |event| { event.prevent_default(); load(page.clone()); }>{words::OLDER_NOTIFICATIONS}</a>
                </p>
            }
        })}
    }
}

#[component]
fn Row(notification: Notification) -> impl IntoView {
    let Notification { conversation_id, kind, actor, preview, created_at, read_at, .. } = notification;
    let what = words::notified(kind, &actor.name);
    let href = conversation_id.map_or_else(|| "/settings".to_owned(), |id| format!("/conversations/{id}"));
    view! {
        <li>
            <a class="row" class:unread=read_at.is_none() href=href>
                <Avatar person=actor/>
                <span class="row-name">{what}</span>
                <span class="row-when"><Time at=created_at tell=When::Short/></span>
                <span class="row-about">
                    <span class="row-last">{preview}</span>
                    {read_at.is_none().then(|| view! { <span class="badge dot"><span class="visually-hidden">{words::UNREAD}</span></span> })}
                </span>
            </a>
        </li>
    }
}
