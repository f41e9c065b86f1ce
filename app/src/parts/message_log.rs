mod arrange;
mod parcel;
mod row;
mod scroll;

use super::{Glyph, Icon, local::Local};
use crate::{functions, live::Outbox, words};
use arrange::{Row, arrange};
use leptos::{html::Div, prelude::*, task::spawn_local};
use model::{PersonId, Thread};
use parcel::ParcelRow;
use row::MessageRow;
use scroll::Place;

/// The messages of a thread, the newest at the bottom and in view.
///
/// The scroller is reversed by the stylesheet, so that its position counts from the bottom: it stays
/// there as messages come, and older ones put on top move nothing, with or without JavaScript.
#[component]
pub fn MessageLog(me: PersonId, thread: RwSignal<Thread>) -> impl IntoView {
    let (local, outbox) = (Local::current(), Outbox::current());
    let log: NodeRef<Div> = NodeRef::new();
    let place = Place::new(log, me, thread);
    let (id, new_after) = thread.with_untracked(|thread| {
        let conversation = &thread.conversation;
        (conversation.id, (conversation.unread > 0).then_some(conversation.read_seq))
    });
    // The outbox outlives this thread, and may wake what is drawn here just when it has gone: hence `try_with`.
    let rows = move || {
        let rows = thread.try_with(|thread| arrange(&thread.messages, me, new_after, |at| local.day(at)));
        rows.unwrap_or_default()
    };
    let parcels = move || thread.try_with(|thread| outbox.waiting(id, &thread.messages)).unwrap_or_default();
    let status = Memo::new(move |_| thread.try_with(|thread| last_status(thread, me)).flatten());
    Effect::new(move || {
        thread.try_with(|thread| outbox.forget(&thread.messages));
    });
    // Whoever writes wants to see it go, wherever they were reading.
    Effect::new(move |before: Option<usize>| {
        let count = parcels().len();
        if count > before.unwrap_or_default() {
            place.to_end();
        }
        count
    });
    view! {
        <div class="log-frame">
            <div class="log" role="log" aria-label=words::MESSAGES tabindex="0" node_ref=log on:scroll=move |_| place.scrolled()>
                <div class="log-inner">
                    <Older thread/>
                    <For each=rows key=Row::key let:row>
                        <MessageRow me row status/>
                    </For>
                    <For each=parcels key=|parcel| (parcel.client_id, parcel.stage.clone()) let:parcel>
                        <ParcelRow parcel/>
                    </For>
                    <Newer thread/>
                </div>
            </div>
            {move || (place.new_below() > 0).then(|| view! {
                <button class="pill" type="button" on:click=move |_| place.to_end_with_focus()>
                    {move || words::new_below(place.new_below())} <Icon glyph=Glyph::Down/>
                </button>
            })}
        </div>
    }
}

/// What to say under the viewer's last message, and which that is.
fn last_status(thread: &Thread, me: PersonId) -> Option<(i64, &'static str)> {
    let last = thread.messages.iter().rev().find(|message| message.sender.id == me && message.step.is_none())?;
    let read = thread.conversation.counterpart_read_seq >= last.seq;
    Some((last.seq, if read { words::READ } else { words::SENT }))
}

/// The way to older messages: a link that works by itself, and in place once the page is taken over.
#[component]
fn Older(thread: RwSignal<Thread>) -> impl IntoView {
    let loading = RwSignal::new(false);
    let first = move || thread.with(|thread| thread.messages.first().map_or(0, |message| message.seq));
    let has_more = Memo::new(move |_| thread.with(|thread| thread.has_more));
    let load = move || {
        if loading.get_untracked() || !has_more.get_untracked() {
            return;
        }
        loading.set(true);
        let id = thread.with_untracked(|thread| thread.conversation.id);
        spawn_local(async move {
            if let Ok(older) = functions::load_thread(id.to_string(), Some(untrack(first)), None).await {
                thread.update(|thread| thread.prepend(older.view.messages, older.view.has_more));
            }
            // Not before it is drawn: until then the stylesheet keeps the browser from moving the view.
            request_animation_frame(move || {
                request_animation_frame(move || {
                    loading.try_set(false);
                });
            });
        });
    };
    let at_top = scroll::when_near_top(load);
    view! {
        {move || if has_more.get() {
            view! {
                <p class="older" class:loading=loading node_ref=at_top>
                    <a href=move || format!("?before={}", first()) on:click=move |event| { event.prevent_default(); load(); }>
                        {move || if loading.get() { words::LOADING_OLDER } else { words::OLDER_MESSAGES }}
                    </a>
                </p>
            }.into_any()
        } else {
            view! { <p class="older muted" class:loading=loading>{words::THREAD_START}</p> }.into_any()
        }}
    }
}

/// The way back to newer messages, on a page of older ones.
#[component]
fn Newer(thread: RwSignal<Thread>) -> impl IntoView {
    let beyond =
        move || thread.with(|thread| (!thread.at_end()).then(|| (thread.conversation.id, thread.last_shown())));
    move || {
        beyond().map(|(id, last)| {
            view! {
                <p class="older">
                    <a href=format!("/conversations/{id}?after={last}")>{words::NEWER_MESSAGES}</a>
                    <a href=format!("/conversations/{id}")>{words::LATEST_MESSAGES}</a>
                </p>
            }
        })
    }
}
