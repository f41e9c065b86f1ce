mod chunks;
mod focus;
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
use chunks::Chunks;
use group_messages::{LogEntry, group_messages};
use leptos::prelude::*;
use model::{PersonId, Thread};
use pending_row::PendingMessageRow;
use row::{LastMessageStatus, LogContext, draw_entry};
pub use scroll::ScrollAnchor;
use scroll::load_when_near;
use window::LoadedWindow;

/// Shows the messages of a thread, the newest at the bottom. Opens at the first unread message, or at the linked one.
///
/// The stylesheet reverses the scroll container, so that its position counts from the bottom: it stays at the end when
/// messages arrive, and prepending older ones moves nothing, with or without JavaScript.
#[component]
pub fn MessageLog(
    me: PersonId,
    thread: RwSignal<Thread>,
    anchor: ScrollAnchor,
    at: Option<i64>,
    /// What is below the newest message.
    children: Children,
) -> impl IntoView {
    let (locale, outbox, focus) = (Locale::current(), Outbox::current(), anchor.focus);
    let window = LoadedWindow::new(me, thread, anchor);
    let (id, at_unread) =
        thread.with_untracked(|thread| (thread.conversation.id, Thread::opens_at_unread(&thread.conversation)));
    // The outbox outlives this thread, and may re-run these closures after the thread's disposal: hence `try_with`.
    let pending = memo(move || thread.try_with(|thread| outbox.pending_for(id, &thread.messages)).unwrap_or_default());
    effect(move || {
        thread.track();
        pending.track();
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
    // A message that was visible is being marked as read: it is no longer news.
    let unread_below = move || {
        let (unread, last) = thread.with(|thread| (thread.conversation.unread, thread.conversation.last_seq));
        if anchor.away.get() && anchor.last_seen() < last { unread } else { 0 }
    };
    view! {
        <div class="log-frame">
            <div class="log" role="log" aria-label=strings::MESSAGES tabindex="0" aria-busy=move || window.loading.get().to_string() node_ref=focus.log
                on:scroll=move |_| anchor.update() on:keydown=move |event| focus.on_key(&event)
                on:focusin=move |_| focus.on_focus_in() on:focusout=move |event| focus.on_focus_out(&event)>
                <div class="log-inner">
                    <Older thread window/>
                    <Messages me thread pending_is_empty=memo(move || pending.with(Vec::is_empty)) at/>
                    <Newer thread window/>
                    {keyed_list(move || pending.get(), |entry| (entry.client_id, entry.state.clone(), entry.is_stored()), |entry| view! { <PendingMessageRow entry/> }.into_any())}
                    {children()}
                </div>
            </div>
            {move || anchor.divider_above.get().then(|| view! {
                <button class="pill above" type="button" on:click=move |_| anchor.scroll_to_unread()>
                    {strings::FIRST_UNREAD} <Icon glyph=Glyph::Up/>
                </button>
            })}
            {move || (unread_below() > 0).then(|| view! {
                <button class="pill" type="button" on:click=move |_| { window.load_latest(); focus.focus_log(); }>
                    {move || strings::new_below(unread_below())} <Icon glyph=Glyph::Down/>
                </button>
            })}
        </div>
    }
}

/// The loaded messages, in chunks.
#[component]
fn Messages(me: PersonId, thread: RwSignal<Thread>, pending_is_empty: Memo<bool>, at: Option<i64>) -> impl IntoView {
    let locale = Locale::current();
    let (new_after, opened_at) = thread.with_untracked(|thread| {
        let conversation = &thread.conversation;
        ((conversation.unread > 0).then_some(conversation.read_seq), conversation.last_seq)
    });
    let entries = memo(move || {
        let entries = thread.try_with(|thread| group_messages(&thread.messages, me, new_after, |at| locale.day_of(at)));
        entries.unwrap_or_default()
    });
    let chunks = Memo::new(move |before: Option<&Chunks>| {
        let seqs =
            thread.try_with(|thread| (thread.messages.first().map_or(0, |first| first.seq), thread.last_shown()));
        let (first, last) = seqs.unwrap_or_default();
        Chunks::update(before, first, last)
    });
    // A pending message is the viewer's last one and shows its own state: the delivered ones then show none.
    let last = memo(move || {
        let status = thread.try_with(|thread| LastMessageStatus::of(thread, me)).flatten();
        status.filter(|_| pending_is_empty.get())
    });
    let context = LogContext { me, last, linked: at, opened_at };
    let of_chunk = move |id: u32| {
        move || {
            chunks.with(|chunks| {
                let inside = |entry: &&LogEntry| chunks.contains(id, entry.seq);
                entries.with(|entries| entries.iter().filter(inside).cloned().collect())
            })
        }
    };
    keyed_list(
        move || chunks.with(Chunks::list),
        |chunk| chunk.id,
        move |chunk| keyed_list(of_chunk(chunk.id), LogEntry::key, move |entry| draw_entry(context, entry)),
    )
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
                    <LoadFailure window/>
                </p>
            }.into_any()
        } else {
            view! { <p class="load-more muted" class:loading=loading>{strings::THREAD_START}</p> }.into_any()
        }}
    }
}

/// Says that messages couldn't be loaded, beside the link that loads them.
#[component]
fn LoadFailure(window: LoadedWindow) -> impl IntoView {
    view! { <span role="status">{move || window.failed.get().then_some(strings::NOT_LOADED)}</span> }
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
                    <LoadFailure window/>
                </p>
            }
        })
    }
}
