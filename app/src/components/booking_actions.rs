use super::{
    FormError, FormState,
    confirm_sheet::{ConfirmSheet, SheetButton, close_sheets},
    focus_on,
};
use crate::{
    browser, json,
    reactive::{effect, memo},
    request_error::{RequestError, view_of},
    server_fns, strings,
};
use leptos::{prelude::*, task::spawn_local};
use model::{ApiError, Booking, BookingAction, BookingId, BookingStatus, Conversation, PersonId, Role};

/// Milliseconds that a phone vibrates when its owner has accepted.
const ACCEPTED_VIBRATION: u32 = 10;

/// The state of booking actions. Shared by all places of a page that offer one, so that an error is shown once.
#[derive(Clone, Copy)]
pub struct BookingActions {
    /// The form state of the last action.
    pub form: FormState,
}

impl BookingActions {
    /// Creates it. The action's button disappears once it is done: the focus then moves to the element `after`.
    ///
    /// `update` takes the status after an action, or after one that came too late: the event that tells of it may be
    /// held up. Newer events may also have overtaken it, so `update` calls [`Booking::advance_to`].
    pub fn new(
        after: &'static str,
        me: PersonId,
        booking_id: BookingId,
        update: impl Fn(BookingStatus) + Copy + 'static,
    ) -> Self {
        let form = FormState::for_server_fn::<server_fns::ApplyBookingAction>("booking-action");
        effect(move || {
            match form.result.get() {
                None => return,
                Some(Ok(booking)) => {
                    if let Ok(booking) = json::from_str::<Booking>(&booking) {
                        if booking.status == BookingStatus::Accepted {
                            browser::vibrate(ACCEPTED_VIBRATION);
                        }
                        update(booking.status);
                    }
                    focus_on(after);
                }
                Some(Err(RequestError::Refused(ApiError::WrongStatus))) => spawn_local(async move {
                    let now = server_fns::load_booking(booking_id.to_string()).await;
                    if let Some(now) = view_of(me, now) {
                        update(now.conversation.booking.status);
                        focus_on(after);
                    }
                }),
                Some(Err(_)) => {}
            }
            // An error stands on the page below.
            close_sheets();
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

/// The button to cancel, where the viewer may do so and may not decline, with the sheet that asks for confirmation.
#[component]
pub fn CancelBooking(actions: BookingActions, #[prop(into)] conversation: Signal<Conversation>) -> impl IntoView {
    let booking_id = StoredValue::new(conversation.with_untracked(|known| known.booking.id.to_string()));
    let open = memo(move || {
        let open = conversation.with(allowed_actions);
        open.contains(&BookingAction::Cancel) && !open.contains(&BookingAction::Decline)
    });
    let name = memo(move || conversation.with(|conversation| conversation.counterpart.name.clone()));
    move || {
        open.get().then(|| {
            view! {
                <SheetButton action=BookingAction::Cancel label=strings::CANCEL_BOOKING class="link danger"/>
                <ConfirmSheet actions booking_id action=BookingAction::Cancel>
                    <p>{move || strings::cancel_warning(&name.get())}</p>
                </ConfirmSheet>
            }
        })
    }
}

/// Returns the viewer's allowed actions. The viewer is the booking's other person, not the counterpart.
fn allowed_actions(conversation: &Conversation) -> Vec<BookingAction> {
    let Conversation { booking: Booking { status, organizer, .. }, counterpart, .. } = conversation;
    let role = if counterpart.id == organizer.id { Role::Talent } else { Role::Organizer };
    status.allowed_actions(role).collect()
}

/// The fields that name an action.
#[component]
pub(super) fn BookingActionFields(booking_id: StoredValue<String>, action: BookingAction) -> impl IntoView {
    view! {
        <input type="hidden" name="booking_id" value=booking_id.get_value()/>
        <input type="hidden" name="step" value=action.as_str()/>
    }
}
