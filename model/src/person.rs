//! People: organizers and the talent they book.

use crate::{id::PersonId, string_enum::string_enum};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use utoipa::ToSchema;

string_enum! {
    /// What somebody does here.
    Role {
        /// Is booked.
        Talent = "talent",
        /// Books.
        Organizer = "organizer",
    }
}

string_enum! {
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

/// An e-mail address that mail can be sent to, in its one form: lower-case, the domain as it stands in the DNS
/// (`münchen.example` is `xn--mnchen-3ya.example`). Whether it is read, only a mail can tell.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

/// The longest local part (RFC 5321).
const LOCAL_LIMIT: usize = 64;
/// Names at the end of a domain that never lead anywhere (RFC 6761).
const NOWHERE: [&str; 2] = ["invalid", "localhost"];

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

    /// Takes what mail servers take without extensions. A local part beyond ASCII needs one (SMTPUTF8) that many lack, and
    /// some of its letters become others when they are lower-cased.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(())?;
        // What could end the address in a mail's header, or begin another, isn't among these (RFC 5322, atext).
        let atext = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
        let dotted = local.split('.').all(|word| !word.is_empty() && word.chars().all(atext));
        if !dotted || local.len() > LOCAL_LIMIT {
            return Err(());
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| ())?;
        let (_, last) = domain.rsplit_once('.').ok_or(())?;
        let leads_nowhere =
            last.is_empty() || NOWHERE.contains(&last) || last.bytes().all(|byte| byte.is_ascii_digit());
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        if leads_nowhere || address.len() > EMAIL_LIMIT { Err(()) } else { Ok(Self(address)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_domains_are_canonicalized() {
        for written in ["info@münchen.example.de", "Info@MÜNCHEN.example.de", "info@mu\u{308}nchen.example.de"] {
            let email: Email = written.parse().expect("an address");
            assert_eq!(email.as_str(), "info@xn--mnchen-3ya.example.de");
            assert_eq!(email.as_str().parse(), Ok(email.clone()), "what is stored is read again");
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
            // Lower-cased, the Kelvin sign is a k.
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
}
