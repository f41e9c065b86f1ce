//! The answer to a request, below its messages: the talent accepts or declines with the terms in sight, the organizer
//! sees that no answer has come yet.

use super::{
    BookingActions, BookingTerms, Glyph, Icon, IsolatedText,
    confirm_sheet::{ConfirmSheet, SheetButton},
};
use crate::{
    browser,
    live::{ClashCheck, Clashes},
    reactive::memo,
    strings,
};
use leptos::{ev::MouseEvent, prelude::*};
use model::{BookingAction, BookingStatus, Conversation, Money, Role};
use web_sys::{HtmlTextAreaElement, wasm_bindgen::JsCast};

/// The card below the messages of a request.
#[component]
pub fn DecisionCard(
    actions: BookingActions,
    #[prop(into)] conversation: Signal<Conversation>,
    role: Role,
    clashes: ClashCheck,
    /// The link to the message box.
    #[prop(into)]
    message_box: String,
) -> impl IntoView {
    let message_box = StoredValue::new(message_box);
    let status = memo(move || conversation.with(|conversation| conversation.booking.status));
    // Whether it was agreed before the reader's eyes.
    let agreed = RwSignal::new(false);
    Effect::new(move |before: Option<BookingStatus>| {
        let now = status.get();
        if (before, now) == (Some(BookingStatus::Inquiry), BookingStatus::Accepted) {
            agreed.set(true);
        }
        now
    });
    move || match status.get() {
        BookingStatus::Inquiry if role == Role::Talent => {
            view! { <Offer actions conversation clashes message_box/> }.into_any()
        }
        BookingStatus::Inquiry => view! { <AwaitingReply conversation/> }.into_any(),
        BookingStatus::Accepted if agreed.get() => view! { <Stamp/> }.into_any(),
        _ => ().into_any(),
    }
}

/// The stamp on a request that was agreed before the reader's eyes. The status chip and the log say it in words.
#[component]
fn Stamp() -> impl IntoView {
    view! {
        <p class="decision stamped" aria-hidden="true"><span class="stamp" data-word=strings::AGREED><Icon glyph=Glyph::Check/></span></p>
    }
}

#[component]
fn AwaitingReply(conversation: Signal<Conversation>) -> impl IntoView {
    let text = move || conversation.with(|conversation| strings::awaiting_reply(&conversation.counterpart.name));
    view! { <p class="decision awaiting-reply"><Icon glyph=Glyph::Clock/> {text}</p> }
}

#[component]
fn Offer(
    actions: BookingActions,
    conversation: Signal<Conversation>,
    clashes: ClashCheck,
    message_box: StoredValue<String>,
) -> impl IntoView {
    let booking = conversation.with_untracked(|conversation| conversation.booking.clone());
    let booking_id = StoredValue::new(booking.id.to_string());
    let (fee, day) = (booking.fee.clone(), strings::weekday_and_day(booking.event_date));
    let name = memo(move || conversation.with(|conversation| conversation.counterpart.name.clone()));
    let (accept, offered) = (strings::accept_label(&fee), fee.clone());
    let offer = move || strings::offer_text(&name.get(), &fee, &day);
    view! {
        <section class="decision" aria-label=strings::YOUR_ANSWER>
            <p class="decision-offer">{offer}</p>
            <p class="decision-event"><IsolatedText text=booking.title.clone()/>" · "<IsolatedText text=booking.venue.clone()/></p>
            <div class="decision-buttons">
                <SheetButton action=BookingAction::Accept label=accept class="button primary" on:click=move |_| clashes.run()/>
                <a class="button" href=message_box.get_value() on:click=move |event| suggest_fee(&event, &offered)>{strings::SUGGEST_FEE}</a>
                <SheetButton action=BookingAction::Decline label=strings::booking_action_label(BookingAction::Decline)/>
            </div>
            <ConfirmSheet actions booking_id action=BookingAction::Accept>
                <BookingTerms booking/>
                <ClashWarnings clashes/>
                <p class="muted">{move || strings::accept_note(&name.get())}</p>
            </ConfirmSheet>
            <ConfirmSheet actions booking_id action=BookingAction::Decline>
                <p>{move || strings::cancel_warning(&name.get())}</p>
            </ConfirmSheet>
        </section>
    }
}

/// Warns of other bookings on the same day. They are loaded again when the sheet opens, so a screen reader is told.
#[component]
fn ClashWarnings(clashes: ClashCheck) -> impl IntoView {
    let warning = |text: String| {
        view! { <p class="clash"><Icon glyph=Glyph::Warning/><span>{text}</span></p> }
    };
    let warnings = move || {
        clashes.found.with(|Clashes { bookings, is_unknown }| {
            let known = bookings.iter().map(|clash| strings::clash_warning(&clash.title));
            known.chain(is_unknown.then(|| strings::CLASHES_UNKNOWN.to_owned())).map(warning).collect_view()
        })
    };
    view! { <div role="status">{warnings}</div> }
}

/// Begins a message about another fee, if the message box is on this page and empty.
fn suggest_fee(event: &MouseEvent, offered: &Money) {
    let found = document().get_element_by_id("message");
    let Some(area) = found.and_then(|element| element.dyn_into::<HtmlTextAreaElement>().ok()) else { return };
    event.prevent_default();
    let _ = area.focus();
    if area.value().is_empty() {
        area.set_value(&strings::fee_suggestion(offered));
        // The composer keeps the draft when it hears of the text.
        browser::dispatch_input(&area);
    }
}
