mod files;

use super::{CharacterCount, FormError, Glyph, Icon, PostForm, error_from_url, locale::Locale, textarea_content};
use crate::{
    browser,
    live::{Live, Outbox, drafts::DraftKey},
    reactive::{effect, memo},
    refused_form::RefusedForm,
    request_error::RequestError,
    server_fns, strings,
};
use leptos::{ev::KeyboardEvent, html::Textarea, prelude::*, server_fn::ServerFn};
use model::{ConversationId, PersonId, Thread, message::BODY_LIMIT, text::count_text};

/// The `keyCode` of a key that an input method has consumed.
const KEY_OF_INPUT_METHOD: u32 = 229;

/// The form to write a message. Without JavaScript it works as a plain form.
#[component]
pub fn Composer(me: PersonId, thread: RwSignal<Thread>) -> impl IntoView {
    let (live, outbox, locale) = (Live::current(), Outbox::current(), Locale::current());
    let area: NodeRef<Textarea> = NodeRef::new();
    let id = thread.with_untracked(|thread| thread.conversation.id);
    let (drafts, key) = (outbox.drafts, DraftKey { person: me, conversation: id });
    let text = RwSignal::new(String::new());
    let length = memo(move || text.with(|text| count_text(text)));
    // Why the last message was put back into the composer.
    let returned: RwSignal<Option<RequestError>> = RwSignal::new(None);
    let file_dropped = RwSignal::new(false);
    files::watch_drops(file_dropped);
    let cannot_send = move || {
        locale.is_hydrated() && (length.get() == 0 || length.get() > BODY_LIMIT || live.read_only.with(Option::is_some))
    };

    effect(move || {
        let Some(area) = area.get() else { return };
        drafts.unlocked.track();
        let start = drafts.initial_text(key, || area.value());
        let written = text.get_untracked();
        if start.is_empty() && !written.is_empty() {
            // A sign-out in another tab has deleted the draft, but its text is still in the composer.
            drafts.save(key, &written);
            return;
        }
        set_text(&area, &start);
        text.set(start);
    });
    effect(move || {
        drafts.on_change_elsewhere(key, move |draft| {
            if let Some(area) = area.try_get_untracked().flatten().filter(|_| !document().has_focus().unwrap_or(true)) {
                set_text(&area, &draft);
                text.set(draft);
            }
        });
    });
    // Puts a message that was refused for good back into the composer, if that is empty.
    effect(move || {
        let Some((entry, failure)) = outbox.first_rejected(id) else { return };
        let Some(area) = area.get().filter(|area| area.value().is_empty() && browser::is_visible()) else { return };
        // Synchronously: keys typed before the next render would be lost.
        set_text(&area, &entry.body);
        drafts.save(key, &entry.body);
        text.set(entry.body);
        returned.set(Some(failure));
        outbox.discard_message(entry.client_id);
    });

    let send = move || {
        // The text is emptied at once: a second click in the same tick finds nothing to send.
        if untrack(cannot_send) {
            focus(area);
            return;
        }
        outbox.enqueue(id, text.get_untracked().trim().to_owned());
        text.set(String::new());
        returned.set(None);
        file_dropped.set(false);
        live.ephemeral.reset_typing();
        if let Some(area) = area.get_untracked() {
            set_text(&area, "");
        }
        focus(area);
    };
    let on_key = move |event: KeyboardEvent| {
        // During composition, as in many scripts, Enter confirms the word. Safari reports composition only by the key
        // code.
        let composing = event.is_composing() || event.key_code() == KEY_OF_INPUT_METHOD;
        if event.key() == "Enter" && !composing && sends(&event) {
            event.prevent_default();
            send();
        }
    };
    let on_input = move |event: leptos::ev::Targeted<leptos::ev::Event, web_sys::HtmlTextAreaElement>| {
        let area = event.target();
        text.set(area.value());
        file_dropped.set(false);
        drafts.save(key, &area.value());
        if !area.value().is_empty() {
            live.ephemeral.announce_typing(id);
        }
        fit_height(&area);
    };
    // Only a form that was sent without JavaScript returns its failure here, in the URL.
    let failure = error_from_url(server_fns::PostMessage::PATH);
    view! {
        <FormError failure=Signal::derive(move || failure.clone().or_else(|| returned.get()))/>
        <PostForm path="/fn/post" class="composer" on:submit=move |event| { event.prevent_default(); send(); }>
            <input type="hidden" name="conversation_id" value=id.to_string()/>
            <input type="hidden" name="client_id" value=new_client_id() autocomplete="off"/>
            <label class="visually-hidden" for="message">{strings::MESSAGE}</label>
            <textarea id="message" name="body" rows="1" dir="auto" required node_ref=area
                autocomplete=move || locale.is_hydrated().then_some("off") enterkeyhint="enter" placeholder=strings::WRITE
                aria-describedby="message-count" on:keydown=on_key on:input:target=on_input
                on:paste=move |event| files::refuse_pasted(&event, file_dropped) {..textarea_content(&refused_text(id))}></textarea>
            <button class="button primary" type="submit" aria-disabled=move || cannot_send().then_some("true")>
                <Icon glyph=Glyph::Send/><span class="nav-label">{strings::SEND}</span>
            </button>
            <CharacterCount id="message-count" length limit=BODY_LIMIT/>
            <p class="file-notice" role="status">{move || file_dropped.get().then_some(strings::NO_FILES)}</p>
        </PostForm>
    }
}

/// Returns the text of a message that was refused without JavaScript.
fn refused_text(conversation: ConversationId) -> String {
    let value = |field| RefusedForm::value(server_fns::PostMessage::PATH, field);
    let is_here = value("conversation_id").is_some_and(|id| id == conversation.to_string());
    value("body").filter(|_| is_here).unwrap_or_default()
}

/// Whether Enter sends. On a touch keyboard it breaks the line, because there is no other key for that.
fn sends(event: &KeyboardEvent) -> bool {
    event.ctrl_key() || event.meta_key() || !(event.shift_key() || browser::matches_media("(pointer: coarse)"))
}

fn focus(area: NodeRef<Textarea>) {
    if let Some(area) = area.get_untracked() {
        let _ = area.focus();
    }
}

/// Returns a new id each time the server renders the form: submitting the form twice then sends one message.
pub fn new_client_id() -> String {
    browser::new_id().to_string()
}

/// Sets the text of the composer.
fn set_text(area: &web_sys::HtmlTextAreaElement, text: &str) {
    // Setting the same text would move the caret.
    if area.value() != text {
        area.set_value(text);
    }
    fit_height(area);
}

/// Fits the height to the text; the stylesheet limits it.
fn fit_height(area: &web_sys::HtmlTextAreaElement) {
    use web_sys::wasm_bindgen::JsCast;
    let Some(element) = area.dyn_ref::<web_sys::HtmlElement>() else { return };
    let style = element.style();
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &format!("{}px", area.scroll_height() + 2));
}
