use super::{Form, FormError, FormState, SubmitButton, focus_on};
use crate::{
    reactive::{effect, memo},
    server_fns, strings,
};
use leptos::prelude::*;
use model::{Booking, BookingAction, Conversation, Role};

/// The state of booking actions. Shared by all places of a page that offer one, so that an error is shown once.
#[derive(Clone, Copy)]
pub struct BookingActions {
    /// The form state of the last action.
    pub form: FormState,
}

impl BookingActions {
    /// Creates it. The action's button disappears once it is done: the focus then moves to the element `after`.
    pub fn new(after: &'static str) -> Self {
        let form = FormState::for_server_fn::<server_fns::ApplyBookingAction>("steps");
        effect(move || {
            if form.done.get() {
                focus_on(after);
            }
        });
        Self { form }
    }
}

/// Shows why the last action failed. Rendered only then: a thread has a second element of this kind.
#[component]
pub fn BookingActionError(actions: BookingActions) -> impl IntoView {
    let failure = actions.form.failure;
    move || failure.with(Option::is_some).then(|| view! { <FormError failure/> })
}

/// The buttons to accept or decline, where the viewer may do so now.
#[component]
pub fn AcceptOrDecline(actions: BookingActions, #[prop(into)] conversation: Signal<Conversation>) -> impl IntoView {
    let booking_id = StoredValue::new(booking_id_of(conversation));
    let open = memo(move || {
        let answers = conversation.with(allowed_actions).into_iter().filter(|action| *action != BookingAction::Cancel);
        answers.collect::<Vec<_>>()
    });
    move || {
        open.with(|open| !open.is_empty()).then(|| {
            view! {
                <div class="booking-actions">
                    {open.get().into_iter().map(|action| view! { <BookingActionButton actions booking_id action/> }).collect_view()}
                </div>
            }
        })
    }
}

/// The button to cancel, where the viewer may do so and may not decline. A disclosure asks for confirmation.
#[component]
pub fn CancelBooking(actions: BookingActions, #[prop(into)] conversation: Signal<Conversation>) -> impl IntoView {
    let booking_id = StoredValue::new(booking_id_of(conversation));
    let open = memo(move || {
        let open = conversation.with(allowed_actions);
        open.contains(&BookingAction::Cancel) && !open.contains(&BookingAction::Decline)
    });
    let name = memo(move || conversation.with(|conversation| conversation.counterpart.name.clone()));
    move || {
        open.get().then(|| {
            view! {
                <details class="danger-zone">
                    <summary>{strings::CANCEL_BOOKING}</summary>
                    <p class="muted">{move || strings::cancel_warning(&name.get())}</p>
                    <Form form=actions.form>
                        <BookingActionFields booking_id action=BookingAction::Cancel/>
                        <SubmitButton form=actions.form label=strings::CANCEL_BOOKING_FOR_SURE busy=strings::CANCELLING danger=true/>
                    </Form>
                </details>
            }
        })
    }
}

fn booking_id_of(conversation: Signal<Conversation>) -> String {
    conversation.with_untracked(|conversation| conversation.booking.id.to_string())
}

/// Returns the viewer's allowed actions. The viewer is the booking's other person, not the counterpart.
fn allowed_actions(conversation: &Conversation) -> Vec<BookingAction> {
    let Conversation { booking: Booking { status, organizer, .. }, counterpart, .. } = conversation;
    let role = if counterpart.id == organizer.id { Role::Talent } else { Role::Organizer };
    status.allowed_actions(role).collect()
}

#[component]
fn BookingActionButton(
    actions: BookingActions,
    booking_id: StoredValue<String>,
    action: BookingAction,
) -> impl IntoView {
    view! {
        <Form form=actions.form>
            <BookingActionFields booking_id action/>
            <button class="button" class:primary=action == BookingAction::Accept type="submit" aria-disabled=actions.form.aria_disabled()>
                {strings::booking_action_label(action)}
            </button>
        </Form>
    }
}

#[component]
fn BookingActionFields(booking_id: StoredValue<String>, action: BookingAction) -> impl IntoView {
    view! {
        <input type="hidden" name="booking_id" value=booking_id.get_value()/>
        <input type="hidden" name="step" value=action.as_str()/>
    }
}
