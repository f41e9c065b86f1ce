//! What was typed into a plain form that was refused, to fill in the form again.

use leptos::prelude::use_context;

/// The values of the refused form that the request's address names. The server stores it in the context of the page;
/// in the browser there is none, because hydration keeps the values of the server's HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedForm {
    /// The path of the server function that the form was sent to.
    pub path: String,
    /// The submitted fields by name, without secrets.
    pub fields: Vec<(String, String)>,
}

impl RefusedForm {
    /// Returns what was typed into a field of the form of this server function.
    pub fn value(path: &str, field: &str) -> Option<String> {
        let form = use_context::<Self>().filter(|form| form.path == path)?;
        form.fields.into_iter().find(|(name, _)| name == field).map(|(_, value)| value)
    }
}
