mod draft_sync;
mod files;

use super::{CharacterCount, FormError, Glyph, Icon, PostForm, error_from_url, locale::Locale, textarea_content};
use crate::{
    browser,
    live::{Live, Outbox, drafts::DraftKey},
    reactive::memo,
    refused_form::RefusedForm,
    server_fns, strings,
};
use draft_sync::ComposerText;
use leptos::{ev::KeyboardEvent, html::Textarea, prelude::*, server_fn::ServerFn};
use model::{ConversationId, PersonId, Thread, message::BODY_LIMIT, text::count_text};
use web_sys::{HtmlElement, HtmlTextAreaElement, wasm_bindgen::JsCast};

/// The `keyCode` of a key that an input method has consumed.
const KEY_OF_INPUT_METHOD: u32 = 229;

/// The form to write a message. Without JavaScript it works as a plain form.
#[component]
pub fn Composer(me: PersonId, thread: RwSignal<Thread>) -> impl IntoView {
    let (live, outbox, locale) = (Live::current(), Outbox::current(), Locale::current());
    let id = thread.with_untracked(|thread| thread.conversation.id);
    let composer = ComposerText::new(outbox, DraftKey { person: me, conversation: id });
    let ComposerText { area, text, returned, .. } = composer;
    let length = memo(move || text.with(|text| count_text(text)));
    let file_dropped = RwSignal::new(false);
    files::watch_drops(file_dropped);
    let cannot_send = move || {
        locale.is_hydrated() && (length.get() == 0 || length.get() > BODY_LIMIT || live.read_only.with(Option::is_some))
    };
    let send = move || {
        if !untrack(cannot_send) {
            outbox.enqueue(id, composer.take().trim().to_owned());
            file_dropped.set(false);
            live.ephemeral.reset_typing();
        }
        focus(area);
    };
    let on_key = move |event: KeyboardEvent| {
        if sends(&event) {
            event.prevent_default();
            send();
        }
    };
    let on_input = move |event: leptos::ev::Targeted<leptos::ev::Event, HtmlTextAreaElement>| {
        let area = event.target();
        composer.read(&area);
        file_dropped.set(false);
        if !area.value().is_empty() {
            live.ephemeral.announce_typing(id);
        }
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

/// Whether a key sends: Enter does, except on a touch keyboard, where no other key breaks the line.
fn sends(event: &KeyboardEvent) -> bool {
    // During composition, as in many scripts, Enter confirms the word. Safari reports composition only by the key code.
    let composing = event.is_composing() || event.key_code() == KEY_OF_INPUT_METHOD;
    let is_plain = || !event.shift_key() && !browser::matches_media("(pointer: coarse)");
    event.key() == "Enter" && !composing && (event.ctrl_key() || event.meta_key() || is_plain())
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

/// Fits the height to the text; the stylesheet limits it.
fn fit_height(area: &HtmlTextAreaElement) {
    let Some(element) = area.dyn_ref::<HtmlElement>() else { return };
    let style = element.style();
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &format!("{}px", area.scroll_height() + 2));
}
