//! Sheets that ask once before a booking action. The browser opens and closes them, with JavaScript and without.

use super::{BookingActionFields, BookingActions, Form, SubmitButton, overlays::close_menus};
use crate::{browser, strings};
use leptos::prelude::*;
use model::BookingAction;

fn sheet_id(action: BookingAction) -> &'static str {
    match action {
        BookingAction::Accept => "accept-booking",
        BookingAction::Decline => "decline-booking",
        BookingAction::Cancel => "cancel-booking",
    }
}

/// The button that opens the sheet of an action.
#[component]
pub(super) fn SheetButton(
    action: BookingAction,
    #[prop(into)] label: String,
    #[prop(default = "button")] class: &'static str,
) -> impl IntoView {
    view! { <button class=class type="button" popovertarget=sheet_id(action)>{label}</button> }
}

/// The sheet of an action, with the buttons that take it or leave everything as it is.
#[component]
pub(super) fn ConfirmSheet(
    actions: BookingActions,
    booking_id: StoredValue<String>,
    action: BookingAction,
    children: Children,
) -> impl IntoView {
    let id = sheet_id(action);
    let title_id = format!("{id}-title");
    let labelled = title_id.clone();
    let [title, keep, confirm, busy] = strings::confirmation(action);
    view! {
        <div class="sheet" id=id popover="auto" role="dialog" aria-labelledby=labelled>
            <h2 id=title_id>{title}</h2>
            {children()}
            <Form form=actions.form class="sheet-buttons">
                <BookingActionFields booking_id action/>
                <button class="button" type="button" popovertarget=id popovertargetaction="hide" autofocus>{keep}</button>
                <SubmitButton form=actions.form label=confirm busy danger=action != BookingAction::Accept/>
            </Form>
        </div>
    }
}

/// Closes all open sheets, and the menus that they were opened from.
pub(super) fn close_sheets() {
    for sheet in browser::find_all(&document(), "[popover]:popover-open") {
        browser::call_method(&sheet, "hidePopover", &[]);
    }
    close_menus(None, false);
}
