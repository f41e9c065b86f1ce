//! People: organizers and the talent they book.

use crate::{id::PersonId, string_enum::string_enum};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use utoipa::ToSchema;

string_enum! {
    /// Role of a person.
    Role {
        /// Is booked for events.
        Talent = "talent",
        /// Books talent for events.
        Organizer = "organizer",
    }
}

string_enum! {
    /// Craft of a talent. The directory offers them in this order.
    Craft {
        /// Takes photographs.
        Photographer = "photographer",
        /// Plays records.
        Dj = "dj",
        /// Hosts the event.
        Mc = "mc",
        /// Plays live music.
        Band = "band",
    }
}

/// Maximum length of a name, in characters (Unicode scalar values).
pub const NAME_LIMIT: usize = 80;
/// Maximum length of an e-mail address, in bytes of its stored form.
pub const EMAIL_LIMIT: usize = 254;

/// A person as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// Unique id (UUIDv7).
    pub id: PersonId,
    /// Display name.
    pub name: String,
    /// Whether the person is booked or books.
    pub role: Role,
    /// Craft of a talent, if set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub craft: Option<Craft>,
}

impl Person {
    /// Replaces the person by `now` if both have the same id.
    pub(crate) fn update_from(&mut self, now: &Person) {
        if self.id == now.id {
            *self = now.clone();
        }
    }
}

/// A person as they see themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Unique id (UUIDv7).
    pub id: PersonId,
    /// Display name.
    pub name: String,
    /// Address to sign in with.
    pub email: String,
    /// Whether the person is booked or books.
    pub role: Role,
    /// Whether the address is confirmed.
    pub email_verified: bool,
}

/// A valid e-mail address in canonical form: lower-case, the domain as in the DNS (`münchen.example` becomes
/// `xn--mnchen-3ya.example`). Only a confirmed e-mail proves that the mailbox exists.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

/// Maximum length of the local part, in bytes (RFC 5321).
const LOCAL_LIMIT: usize = 64;
/// Top-level domains that never resolve to a mail server (RFC 6761).
const UNROUTABLE_TLDS: [&str; 2] = ["invalid", "localhost"];

impl Email {
    /// Returns the address in canonical form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Prints no address, because addresses don't belong in logs.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

impl FromStr for Email {
    type Err = ();

    /// Accepts addresses that mail servers accept without extensions. A local part outside ASCII needs SMTPUTF8, which
    /// many servers lack, and some of its letters turn into different letters in lower case.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (local, domain) = text.trim().rsplit_once('@').filter(|(local, _)| is_local_part(local)).ok_or(())?;
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| ())?;
        let (_, last) = domain.rsplit_once('.').ok_or(())?;
        let is_unroutable =
            last.is_empty() || UNROUTABLE_TLDS.contains(&last) || last.bytes().all(|byte| byte.is_ascii_digit());
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        if is_unroutable || address.len() > EMAIL_LIMIT { Err(()) } else { Ok(Self(address)) }
    }
}

fn is_local_part(text: &str) -> bool {
    // RFC 5322's atext contains no character that could end the address in a mail header or begin another one.
    let atext = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    text.len() <= LOCAL_LIMIT && text.split('.').all(|word| !word.is_empty() && word.chars().all(atext))
}

/// Returns whether a text has the form of an e-mail address, so that a page may name it. [`Email`] decides whether it is
/// valid, with tables that the browser's program shouldn't contain.
pub fn is_address_like(text: &str) -> bool {
    let domain_char = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.');
    let parts = text.split_once('@').filter(|_| text.len() <= EMAIL_LIMIT);
    parts.is_some_and(|(local, domain)| is_local_part(local) && domain.contains('.') && domain.chars().all(domain_char))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_domains_are_canonicalized() {
        for written in ["info@münchen.example.de", "Info@MÜNCHEN.example.de", "info@mu\u{308}nchen.example.de"] {
            let email: Email = written.parse().expect("an address");
            assert_eq!(email.as_str(), "info@xn--mnchen-3ya.example.de");
            assert_eq!(email.as_str().parse(), Ok(email.clone()), "the canonical form parses to itself");
        }
        let plus: Email = "o'neil+gigs@example.co.ke".parse().expect("an address");
        assert_eq!(plus.as_str(), "o'neil+gigs@example.co.ke");
    }

    #[test]
    fn email_is_lower_cased_and_debug_redacted() {
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
            // In lower case, the Kelvin sign becomes an ASCII k.
            "\u{212a}amau@example.com",
            "wambuí@example.com",
            "sarah@localhost",
            "sarah@mail.localhost",
            "sarah@example.invalid",
            "sarah@192.0.2.1",
            "sarah@-example.com",
            "sarah@exa_mple.com",
            "sarah@example.com.",
            "sarah\n@example.com",
        ] {
            assert!(wrong.parse::<Email>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_addresses_look_like_addresses() {
        for address in ["wambui@example.com", "o'neil+gigs&#%@example.co.ke", "info@münchen.example.de"] {
            assert!(is_address_like(address) && address.parse::<Email>().is_ok(), "{address}");
        }
        for other in [
            "",
            "wambui",
            "@example.com",
            "wambui@",
            "wambui@example",
            "you. Call +254 700 000 000@example.com",
            "wambui@example.com is locked",
            "wambui@example.com\u{a0}\u{202e}",
            "wambui@a@example.com",
        ] {
            assert!(!is_address_like(other), "{other}");
        }
    }
}
