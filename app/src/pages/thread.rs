use crate::{
    browser,
    components::{
        Avatar, BookingActionError, BookingActions, BookingStrip, CancelBooking, Composer, DETAILS, DecisionCard,
        Glyph, Icon, IsolatedText, LoadError, MarkUnread, MessageLog, PageTitle, PostForm, PresenceLine, ScrollAnchor,
        Skeleton, Ticket, locale::Locale, page_of_param,
    },
    live::{ClashCheck, Live, WithClashes},
    page_resource::page_resource,
    paths::conversation_path,
    platform::IN_BROWSER,
    reactive::{effect, memo},
    request_error::ForPerson,
    server_fns, strings,
};
use leptos::{either::Either, prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;
use model::{Conversation, PersonId, Role, Thread};

/// The page of a thread: booking, messages and composer.
#[component]
pub fn ThreadPage() -> impl IntoView {
    page_of_param("id", |id| view! { <ThreadLoader id/> }.into_any())
}

#[component]
fn ThreadLoader(id: String) -> impl IntoView {
    let live = Live::current();
    let query = use_query_map();
    let wanted = memo(move || {
        let number = |name: &str| query.with(|query| query.get(name)).and_then(|text| text.parse::<i64>().ok());
        (number("before"), number("after"), number("at"))
    });
    let thread = page_resource(
        move || wanted.get(),
        move |(before, after, at)| {
            let id = id.clone();
            async move {
                let visited = (before, after, at) == (None, None, None) && IN_BROWSER;
                match visited.then(|| live.restore_thread(&id)).flatten() {
                    Some(for_person) => Ok(WithClashes { for_person, clashes: None }),
                    None => {
                        let loaded = server_fns::load_thread(id, before, after, at).await?;
                        Ok(WithClashes::load(loaded, |thread| &thread.conversation.booking).await)
                    }
                }
            }
        },
    );
    view! {
        <Suspense fallback=|| view! { <main class="thread-pane" id="content"><Skeleton rows=8/></main> }>
            {move || Suspend::new(async move {
                match thread.await {
                    Ok(loaded) => Either::Left(view! { <ThreadView loaded at=wanted.get_untracked().2/> }),
                    Err(failure) => Either::Right(view! {
                        <main class="thread-pane" id="content"><LoadError failure/></main>
                    }),
                }
            })}
        </Suspense>
    }
}

#[component]
fn ThreadView(loaded: WithClashes<Thread>, at: Option<i64>) -> impl IntoView {
    let live = Live::current();
    let WithClashes { for_person, clashes } = loaded;
    let me = for_person.me;
    let thread = live.subscribe(for_person);
    let conversation = memo(move || thread.with(|thread| thread.conversation.clone()));
    let booking = memo(move || conversation.with(|conversation| conversation.booking.clone()));
    let counterpart = memo(move || conversation.with(|conversation| conversation.counterpart.clone()));
    let name = memo(move || counterpart.with(|counterpart| counterpart.name.clone()));
    let anchor = ScrollAnchor::default();
    on_cleanup(move || {
        if let Some(view) = thread.try_get_untracked() {
            live.thread_cache.insert(ForPerson { me, view });
        }
    });
    let (booking_id, role, clashes) =
        booking.with_untracked(|booking| (booking.id, booking.role_of(me), ClashCheck::new(clashes, me, booking)));
    let actions = BookingActions::new(".log", me, booking_id, move |status| {
        thread.try_update(|thread| thread.conversation.booking.advance_to(status));
    });
    // The document's head drops the title after this thread's signals are disposed, and the server renders it outside
    // their owner: both use the name as it was when the view was created.
    let first = name.get_untracked();
    let title = move || {
        let now = if IN_BROWSER { name.try_get() } else { None };
        now.unwrap_or_else(|| first.clone())
    };
    mark_read_while_visible(thread, anchor);
    view! {
        <PageTitle text=title/>
        <main class="thread-pane" id="content">
            <a class="skip-link" href="#message" rel="external">{strings::SKIP_TO_MESSAGE_BOX}</a>
            <header class="thread-head">
                <a class="back" href="/inbox" aria-label=strings::BACK_TO_INBOX><Icon glyph=Glyph::Back/></a>
                {move || view! { <Avatar person=counterpart.get()/> }}
                <div class="thread-name">
                    <h1><IsolatedText text=name/></h1>
                    <PresenceLine conversation/>
                </div>
            </header>
            <BookingStrip booking role/>
            <BookingActionError actions/>
            <MessageLog me thread anchor at>
                <DecisionCard actions conversation role clashes message_box="#message"/>
            </MessageLog>
            <MarkRead thread/>
            <Composer me thread/>
        </main>
        <Details me thread actions conversation role/>
    }
}

/// The ticket: beside the thread on wide screens, else in a sheet.
#[component]
fn Details(
    me: PersonId,
    thread: RwSignal<Thread>,
    actions: BookingActions,
    conversation: Memo<Conversation>,
    role: Role,
) -> impl IntoView {
    let booking = memo(move || conversation.with(|conversation| conversation.booking.clone()));
    let print = conversation.with_untracked(|conversation| conversation_path(conversation.id) + "/print");
    view! {
        <aside class="details-pane sheet" id=DETAILS popover="auto" aria-label=strings::BOOKING>
            <button class="back close" type="button" popovertarget=DETAILS popovertargetaction="hide" aria-label=strings::CLOSE>
                <Icon glyph=Glyph::Cross/>
            </button>
            <Ticket booking role>
                <MarkUnread me thread/>
                <a class="link" href=print rel="external">{strings::PRINT_CONVERSATION}</a>
                <CancelBooking actions conversation/>
            </Ticket>
        </aside>
    }
}

/// Marks messages as read while the page is visible: one request at a time, the next with all messages seen during it.
/// Retries with every message and whenever the page becomes visible again; but not because messages were marked as
/// unread, here or on another device.
fn mark_read_while_visible(thread: RwSignal<Thread>, anchor: ScrollAnchor) {
    let (live, locale) = (Live::current(), Locale::current());
    let visible = RwSignal::new(false);
    effect(move || {
        let update_visible = move || visible.set(browser::is_visible());
        update_visible();
        let listener =
            window_event_listener(leptos::ev::Custom::<web_sys::Event>::new("visibilitychange"), move |_| {
                update_visible()
            });
        on_cleanup(move || listener.remove());
    });
    // When the stream opens again, a failed request is retried, but no other.
    let (failed, retry) = (StoredValue::new(false), RwSignal::new(0_u32));
    let (in_flight, acknowledged) = (StoredValue::new(false), StoredValue::new(0_i64));
    effect(move || {
        live.times_opened.track();
        if failed.get_value() {
            failed.set_value(false);
            retry.update(|times| *times += 1);
        }
    });
    effect(move || {
        if visible.get() {
            acknowledged.set_value(0);
        }
    });
    let last = memo(move || thread.with(|thread| thread.conversation.last_seq));
    effect(move || {
        retry.track();
        let seen = anchor.last_seen().min(last.get());
        let (id, read, unread) = thread.with_untracked(|thread| {
            (thread.conversation.id, thread.conversation.read_seq, thread.conversation.unread)
        });
        let known = seen <= read.max(acknowledged.get_value());
        if !visible.get() || !locale.is_hydrated() || unread == 0 || known || in_flight.get_value() {
            return;
        }
        in_flight.set_value(true);
        spawn_local(async move {
            // Its result arrives as an event.
            let done = server_fns::mark_read(id.to_string(), seen).await.is_ok();
            in_flight.try_set_value(false);
            if done {
                acknowledged.try_set_value(seen);
                retry.try_update(|times| *times += 1);
            } else {
                failed.try_set_value(true);
            }
        });
    });
}

/// The button to mark messages as read without JavaScript: the server can't see which were visible, and opening a page
/// must change nothing.
#[component]
fn MarkRead(thread: RwSignal<Thread>) -> impl IntoView {
    let locale = Locale::current();
    let unread = thread.with_untracked(|thread| thread.conversation.unread > 0);
    let (id, seq) = thread.with_untracked(|thread| (thread.conversation.id, thread.last_shown()));
    move || {
        (unread && !locale.is_hydrated()).then(|| {
            view! {
                <noscript>
                    <a class="mark-read" href="#new">{strings::FIRST_UNREAD}</a>
                    <PostForm path="/fn/read-on" class="mark-read">
                        <input type="hidden" name="conversation_id" value=id.to_string()/>
                        <input type="hidden" name="seq" value=seq/>
                        <button class="button" type="submit">{strings::MARK_READ}</button>
                    </PostForm>
                </noscript>
            }
        })
    }
}
