//! People: organizers and the talent they book.

use crate::{id::PersonId, word::words};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use utoipa::ToSchema;

words! {
    /// What somebody does here.
    Role {
        /// Is booked.
        Talent = "talent",
        /// Books.
        Organizer = "organizer",
    }
}

words! {
    /// A talent's craft, in the order the directory offers them.
    Craft {
        /// Takes pictures.
        Photographer = "photographer",
        /// Plays records.
        Dj = "dj",
        /// Leads through the event.
        Mc = "mc",
        /// Plays live.
        Band = "band",
    }
}

/// Characters a name may have.
pub const NAME_LIMIT: usize = 80;
/// Characters an e-mail address may have.
pub const EMAIL_LIMIT: usize = 254;

/// A person as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// As they call themselves.
    pub name: String,
    /// What they do here.
    pub role: Role,
    /// Talent only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub craft: Option<Craft>,
}

impl Person {
    /// Takes on what has changed about the person, if `now` is the same one.
    pub(crate) fn follow(&mut self, now: &Person) {
        if self.id == now.id {
            *self = now.clone();
        }
    }
}

/// A person as they see themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Who.
    pub id: PersonId,
    /// As they call themselves.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// What they do here.
    pub role: Role,
    /// Whether the address was confirmed.
    pub email_verified: bool,
}

/// An e-mail address, lower-cased. Only its shape is checked: whether it is real, a mail tells.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Addresses don't belong in logs.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

impl FromStr for Email {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim().to_lowercase();
        let (local, domain) = text.rsplit_once('@').ok_or(())?;
        // What could end the address in a mail's header, or begin another, isn't taken.
        let special = |c: char| c.is_whitespace() || c.is_control() || "\"(),:;<>@[\\]".contains(c);
        let dotted = |part: &str| part.split('.').all(|word| !word.is_empty());
        let shaped = dotted(local)
            && dotted(domain)
            && text.len() <= EMAIL_LIMIT
            && local.len() <= 64
            && !local.contains(special)
            && domain.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.');
        if shaped { Ok(Self(text)) } else { Err(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_lower_cased_and_never_printed() {
        let email: Email = " Sarah@Example.com ".parse().expect("an address");
        assert_eq!(email.as_str(), "sarah@example.com");
        assert_eq!(format!("{email:?}"), "Email(…)");
        for wrong in [
            "",
            "sarah",
            "@example.com",
            "sarah@",
            "sa rah@example.com",
            "sarah@a@example.com",
            "sarah,kamau@example.com",
            "sarah@example..com",
            ".sarah@example.com",
            "<sarah@example.com>",
        ] {
            assert!(wrong.parse::<Email>().is_err(), "{wrong}");
        }
    }
}
