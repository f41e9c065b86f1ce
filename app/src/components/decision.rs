//! The answer to a request, below its messages: the talent accepts or declines with the terms in sight, the organizer
//! sees that no answer has come yet.

use super::{
    BookingActions, DayLine, Glyph, Icon, IsolatedText,
    confirm_sheet::{ConfirmSheet, SheetButton},
};
use crate::{
    browser,
    reactive::{effect, memo},
    request_error::ForPerson,
    server_fns, strings,
};
use leptos::{ev::MouseEvent, prelude::*, task::spawn_local};
use model::{Booking, BookingAction, BookingStatus, Conversation, Money, PersonId, Role};
use serde::{Deserialize, Serialize};
use web_sys::{HtmlTextAreaElement, wasm_bindgen::JsCast};

/// A view with the bookings that clash with its request, as the talent must know before accepting.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WithClashes<T> {
    pub for_person: ForPerson<T>,
    /// `None` if they weren't asked for.
    pub clashes: Option<Vec<Booking>>,
}

impl<T> WithClashes<T> {
    /// Loads the clashes, if the request is the viewer's to answer. A failure leaves them out: the view is of use
    /// without them.
    pub async fn load(for_person: ForPerson<T>, booking: impl Fn(&T) -> &Booking) -> Self {
        let clashes = load_clashes(for_person.me, booking(&for_person.view)).await;
        Self { for_person, clashes }
    }
}

async fn load_clashes(me: PersonId, booking: &Booking) -> Option<Vec<Booking>> {
    let is_theirs = booking.status == BookingStatus::Inquiry && booking.role_of(me) == Role::Talent;
    if is_theirs { server_fns::load_clashes(booking.id.to_string()).await.ok() } else { None }
}

/// Returns a signal of the clashes, which are loaded now if they weren't with the view.
pub fn clashes_signal(known: Option<Vec<Booking>>, me: PersonId, booking: &Booking) -> RwSignal<Vec<Booking>> {
    let (is_known, booking) = (known.is_some(), booking.clone());
    let clashes = RwSignal::new(known.unwrap_or_default());
    effect(move || {
        let booking = booking.clone();
        if !is_known {
            spawn_local(async move {
                if let Some(found) = load_clashes(me, &booking).await {
                    clashes.try_set(found);
                }
            });
        }
    });
    clashes
}

/// The card below the messages of a request.
#[component]
pub fn DecisionCard(
    actions: BookingActions,
    #[prop(into)] conversation: Signal<Conversation>,
    role: Role,
    clashes: RwSignal<Vec<Booking>>,
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
    clashes: RwSignal<Vec<Booking>>,
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
                <SheetButton action=BookingAction::Accept label=accept class="button primary"/>
                <a class="button" href=message_box.get_value() on:click=move |event| suggest_fee(&event, &offered)>{strings::SUGGEST_FEE}</a>
                <SheetButton action=BookingAction::Decline label=strings::booking_action_label(BookingAction::Decline)/>
            </div>
            <ConfirmSheet actions booking_id action=BookingAction::Accept>
                <Terms booking/>
                {move || clashes.get().into_iter().map(|clash| view! {
                    <p class="clash"><Icon glyph=Glyph::Warning/><span>{strings::clash_warning(&clash.title)}</span></p>
                }).collect_view()}
                <p class="muted">{move || strings::accept_note(&name.get())}</p>
            </ConfirmSheet>
            <ConfirmSheet actions booking_id action=BookingAction::Decline>
                <p>{move || strings::cancel_warning(&name.get())}</p>
            </ConfirmSheet>
        </section>
    }
}

/// All terms, restated before they are accepted.
#[component]
fn Terms(booking: Booking) -> impl IntoView {
    view! {
        <dl class="details">
            <div><dt>{strings::EVENT}</dt><dd><IsolatedText text=booking.title/></dd></div>
            <div><dt>{strings::DATE}</dt><dd><DayLine day=booking.event_date/></dd></div>
            <div><dt>{strings::VENUE}</dt><dd><IsolatedText text=booking.venue/></dd></div>
            <div><dt>{strings::FEE}</dt><dd><strong>{booking.fee.format_amount()}</strong></dd></div>
            <div><dt>{strings::ORGANIZER}</dt><dd><IsolatedText text=booking.organizer.name/></dd></div>
        </dl>
    }
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
