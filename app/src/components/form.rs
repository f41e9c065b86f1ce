//! Forms and their fields. Each also works as a plain form, whose failure is returned in the URL.
//!
//! No control is ever `disabled`, because that takes the focus from it, and no field limits its length by an attribute,
//! because that truncates pasted text silently.

mod character_count;
mod error_summary;
mod field;
mod password_field;
mod radio_group;
mod required;
mod state;
mod textarea_field;

pub use character_count::CharacterCount;
pub use error_summary::ErrorSummary;
pub(super) use field::described_by;
pub use field::{Field, FormError, TextField};
pub use password_field::PasswordField;
pub use radio_group::{Choice, RadioGroup};
pub use state::{FormState, error_from_url};
pub use textarea_field::{TextAreaField, textarea_content};

use crate::owner::OwnerField;
use leptos::prelude::*;

/// A form that the browser itself submits, with the field that names the page's owner. No other form may post.
/// Validated by us, so that the errors stay beside the fields.
#[component]
pub fn PostForm(
    path: &'static str,
    #[prop(optional)] id: Option<&'static str>,
    #[prop(optional)] class: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <form id=id class=class method="post" action=path novalidate>
            <OwnerField/>
            {children()}
        </form>
    }
}

/// A form for a server function. Without JavaScript the browser submits it, and the response is another page.
#[component]
pub fn Form(
    form: FormState,
    #[prop(optional)] id: Option<&'static str>,
    #[prop(optional)] class: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <form id=id class=class method="post" action=form.path novalidate on:submit=move |event| form.submit(event)>
            <OwnerField/>
            {children()}
        </form>
    }
}

/// The submit button, which shows `busy` while the response is outstanding.
#[component]
pub fn SubmitButton(
    form: FormState,
    label: &'static str,
    busy: &'static str,
    #[prop(optional)] danger: bool,
) -> impl IntoView {
    view! {
        <button class="button" class:primary=!danger class:danger=danger type="submit" aria-disabled=form.aria_disabled()>
            {move || if form.pending.get() { busy } else { label }}
        </button>
    }
}
