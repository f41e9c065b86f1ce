//! The owner of a document: the person for whom the server rendered it, for as long as it is open.
//!
//! Another person may sign in with the same browser while the document is open. Each request therefore names the
//! document's owner, and the server refuses it if another person is signed in.

use crate::platform::IN_BROWSER;
use leptos::prelude::*;
use model::PersonId;

/// The name of the form and request field that carries the owner's id.
pub const FIELD: &str = "person";
/// The attribute of the root element that carries the owner's id.
const ATTRIBUTE: &str = "data-person";

/// The person for whom a document is rendered; `None` if they are signed out. The server stores it in the context.
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

/// Renders the hidden field that names the page's owner. `autocomplete` is off, so that browsers restore no old value.
///
/// A second field, disabled and so never sent, has the person's id as its name. Chromium restores typed text into a
/// form with the same action and the same first field names: for another person they differ.
#[component]
pub fn OwnerField() -> impl IntoView {
    PageOwner::current().map(|me| {
        view! {
            <input type="hidden" name=me.to_string() disabled/>
            <input type="hidden" name=FIELD value=me.to_string() autocomplete="off"/>
        }
    })
}
