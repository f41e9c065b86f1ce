//! Whose page a document is: the person for whom the server rendered it, for as long as it is open.
//!
//! Another person may sign in with the same browser while it is open. So every request says whose page it comes from,
//! and the server refuses it for another person.

use crate::live::IN_BROWSER;
use leptos::prelude::*;
use model::PersonId;

/// The field of every form and every request that names the person.
pub const FIELD: &str = "person";
/// Where the document says it.
const ATTRIBUTE: &str = "data-person";

/// The person for whom a document is rendered, if they are signed in. The server puts it into the context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageOwner(pub Option<PersonId>);

impl PageOwner {
    /// Returns the owner of this document.
    pub fn current() -> Option<PersonId> {
        if IN_BROWSER {
            document().document_element()?.get_attribute(ATTRIBUTE)?.parse().ok()
        } else {
            use_context::<Self>().and_then(|owner| owner.0)
        }
    }
}

/// The hidden field of a form that says whose page it stands on. Browsers must not fill it in again by themselves.
///
/// A second field, which isn't sent, bears the person in its name. Chromium restores typed text where the form has the
/// same action and the same first names: for another person it has not.
#[component]
pub fn OwnerField() -> impl IntoView {
    PageOwner::current().map(|me| {
        view! {
            <input type="hidden" name=me.to_string() disabled/>
            <input type="hidden" name=FIELD value=me.to_string() autocomplete="off"/>
        }
    })
}
