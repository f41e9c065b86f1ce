//! The fields of all forms, and what becomes of their values when a form is refused.

use crate::owner;
use FieldKind::{Choice, Hidden, Text, Transient};

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Text that a person wrote. Stored with a refused form; where it can't be stored, a page gives it back.
    Text,
    /// A choice. Stored with a refused form.
    Choice,
    /// A value that the page fills in each time. Stored with a refused form, but not alone.
    Hidden,
    /// A secret, or a value that is valid once. Never stored.
    Transient,
}

/// The fields by name. A tidy test keeps each argument of a server function here that a form can send.
pub const FORM_FIELDS: [(&str, FieldKind); 31] = [
    ("body", Text),
    ("message", Text),
    ("title", Text),
    ("venue", Text),
    ("fee", Text),
    ("event_date", Text),
    ("name", Text),
    ("bio", Text),
    ("email", Text),
    ("role", Choice),
    ("craft", Choice),
    ("public_profile", Choice),
    ("renew_slug", Choice),
    ("mail_after", Choice),
    ("receipts", Choice),
    ("presence", Choice),
    ("scope", Choice),
    ("expires_in_days", Choice),
    ("conversation_id", Hidden),
    ("talent_id", Hidden),
    ("booking_id", Hidden),
    ("id", Hidden),
    ("seq", Hidden),
    ("step", Hidden),
    ("next", Hidden),
    ("time_zone", Hidden),
    ("password", Transient),
    ("current", Transient),
    ("token", Transient),
    ("client_id", Transient),
    (owner::FIELD, Transient),
];

/// Returns what a field holds. An unknown one may be a secret.
pub fn field_kind(name: &str) -> FieldKind {
    FORM_FIELDS.iter().find(|(known, _)| *known == name).map_or(Transient, |(_, kind)| *kind)
}
