use super::{Form, FormError, FormState};
use crate::{
    reactive::{effect, memo},
    server_fns, strings,
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::{PersonId, Thread};

/// A button that marks the counterpart's last message as unread and returns to the inbox.
#[component]
pub fn MarkUnread(me: PersonId, thread: RwSignal<Thread>) -> impl IntoView {
    let form = FormState::for_server_fn::<server_fns::MarkUnread>("mark-unread");
    let navigate = use_navigate();
    effect(move || {
        if form.done.get() {
            navigate("/inbox", NavigateOptions::default());
        }
    });
    let id = StoredValue::new(thread.with_untracked(|thread| thread.conversation.id.to_string()));
    let from = memo(move || {
        thread.with(|thread| {
            if !thread.is_at_end() {
                return None;
            }
            let theirs = thread.messages.iter().rev().find(|message| message.sender.id != me)?;
            (theirs.seq <= thread.conversation.read_seq).then_some(theirs.seq)
        })
    });
    move || {
        from.get().map(|seq| {
            view! {
                <Form form class="mark-unread">
                    <input type="hidden" name="conversation_id" value=id.get_value()/>
                    <input type="hidden" name="seq" value=seq/>
                    <button class="link" type="submit" aria-disabled=form.aria_disabled()>{strings::MARK_UNREAD}</button>
                    {move || form.failure.with(Option::is_some).then(|| view! { <FormError failure=form.failure/> })}
                </Form>
            }
        })
    }
}
