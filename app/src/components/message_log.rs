mod group_messages;
mod pending_row;
mod row;
mod scroll;
mod window;

use super::{Glyph, Icon, locale::Locale};
use crate::{
    live::Outbox,
    reactive::{effect, keyed_list, memo},
    strings,
};
use group_messages::{LogRow, group_messages};
use leptos::prelude::*;
use model::{PersonId, Thread};
use pending_row::PendingMessageRow;
use row::{LastMessageStatus, MessageRow};
pub use scroll::ScrollAnchor;
use scroll::load_when_near;
use window::LoadedWindow;

/// Shows the messages of a thread, the newest at the bottom. Opens at the first unread message, or at the linked one.
///
/// The stylesheet reverses the scroll container, so that its position counts from the bottom: it stays at the end when
/// messages arrive, and prepending older ones moves nothing, with or without JavaScript.
#[component]
pub fn MessageLog(me: PersonId, thread: RwSignal<Thread>, anchor: ScrollAnchor, at: Option<i64>) -> impl IntoView {
    let (locale, outbox) = (Locale::current(), Outbox::current());
    let window = LoadedWindow::new(me, thread, anchor);
    let (id, new_after, at_unread) = thread.with_untracked(|thread| {
        let conversation = &thread.conversation;
        let new_after = (conversation.unread > 0).then_some(conversation.read_seq);
        (conversation.id, new_after, Thread::opens_at_unread(conversation))
    });
    // The outbox outlives this thread, and may re-run these closures after the thread's disposal: hence `try_with`.
    let rows = move || {
        let rows =
            thread.try_with(|thread| group_messages(&thread.messages, me, new_after, |at| locale.format_day(at)));
        rows.unwrap_or_default()
    };
    let entries = memo(move || thread.try_with(|thread| outbox.pending_for(id, &thread.messages)).unwrap_or_default());
    // A pending message is the viewer's last one and shows its own state: the delivered ones then show none.
    let last = memo(move || {
        entries
            .with(Vec::is_empty)
            .then(|| thread.try_with(|thread| LastMessageStatus::of(thread, me)).flatten())
            .flatten()
    });
    effect(move || {
        thread.track();
        window.trim_old();
        anchor.update_soon();
    });
    effect(move || {
        if locale.is_hydrated() {
            anchor.scroll_to_start(at, at_unread);
        }
    });
    // After sending, show the new message, even if the viewer was reading elsewhere.
    Effect::new(move |before: Option<u32>| {
        let (conversation, times) = outbox.last_written.get();
        if conversation == Some(id) && before.is_some_and(|before| times > before) {
            window.load_latest();
        }
        times
    });
    let unread_below = move || if anchor.away.get() { thread.with(|thread| thread.conversation.unread) } else { 0 };
    view! {
        <div class="log-frame">
            <div class="log" role="log" aria-label=strings::MESSAGES tabindex="0" aria-busy=move || window.loading.get().to_string() node_ref=anchor.log_ref() on:scroll=move |_| anchor.update()>
                <div class="log-inner">
                    <Older thread window/>
                    {keyed_list(rows, LogRow::key, move |row| view! { <MessageRow me row last linked=at/> }.into_any())}
                    <Newer thread window/>
                    {keyed_list(move || entries.get(), |entry| (entry.client_id, entry.state.clone(), entry.is_stored()), |entry| view! { <PendingMessageRow entry/> }.into_any())}
                </div>
            </div>
            {move || anchor.divider_above.get().then(|| view! {
                <button class="pill above" type="button" on:click=move |_| anchor.scroll_to_unread()>
                    {strings::FIRST_UNREAD} <Icon glyph=Glyph::Up/>
                </button>
            })}
            {move || (unread_below() > 0).then(|| view! {
                <button class="pill" type="button" on:click=move |_| { window.load_latest(); anchor.focus(); }>
                    {move || strings::new_below(unread_below())} <Icon glyph=Glyph::Down/>
                </button>
            })}
        </div>
    }
}

/// The link to older messages: a plain link that, once hydrated, loads them in place.
#[component]
fn Older(thread: RwSignal<Thread>, window: LoadedWindow) -> impl IntoView {
    let first = move || thread.with(|thread| thread.messages.first().map_or(0, |message| message.seq));
    let has_more = memo(move || thread.with(|thread| thread.has_more));
    let at_top = load_when_near(move || window.load_older());
    let loading = window.loading;
    view! {
        {move || if has_more.get() {
            view! {
                <p class="load-more" class:loading=loading node_ref=at_top>
                    <a href=move || format!("?before={}", first()) on:click=move |event| { event.prevent_default(); window.load_older(); }>
                        {move || if loading.get() { strings::LOADING_OLDER } else { strings::OLDER_MESSAGES }}
                    </a>
                </p>
            }.into_any()
        } else {
            view! { <p class="load-more muted" class:loading=loading>{strings::THREAD_START}</p> }.into_any()
        }}
    }
}

/// The links to newer messages, if the newest aren't loaded.
#[component]
fn Newer(thread: RwSignal<Thread>, window: LoadedWindow) -> impl IntoView {
    let beyond = memo(move || {
        thread.with(|thread| (!thread.is_at_end()).then(|| (thread.last_shown(), thread.conversation.last_seq)))
    });
    let at_bottom = load_when_near(move || window.load_newer());
    move || {
        beyond.get().map(|(shown, last)| {
            view! {
                <p class="load-more" node_ref=at_bottom>
                    <a href=format!("?after={shown}") on:click=move |event| { event.prevent_default(); window.load_newer(); }>{strings::NEWER_MESSAGES}</a>
                    <a href=format!("?at={last}") on:click=move |event| { event.prevent_default(); window.load_latest(); }>{strings::LATEST_MESSAGES}</a>
                </p>
            }
        })
    }
}
