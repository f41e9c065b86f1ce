//! Addresses of existing accounts. [`Email`] has the rules for new addresses, which became stricter: a new rule must
//! not lock out people who registered before it.

use crate::person::{EMAIL_LIMIT, Email};
use std::{fmt, str::FromStr};

/// An address as the database has it. It was validated by the rules of its time, and isn't parsed again.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredEmail(String);

impl StoredEmail {
    /// Wraps a value of the database without validating it.
    pub fn new(stored: impl Into<String>) -> Self {
        Self(stored.into())
    }

    /// Returns the address as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// New addresses are stored in canonical form.
impl From<&Email> for StoredEmail {
    fn from(email: &Email) -> Self {
        Self::new(email.as_str())
    }
}

/// An address by which a person looks for their account, valid by the current or by earlier rules.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LookupEmail {
    canonical: String,
    /// As typed, in lower case: the form that was stored before there was a canonical one.
    typed: String,
}

impl LookupEmail {
    /// Returns the canonical form, under which attempts for an account are counted.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Returns the forms in which it may be stored, first as typed. If two accounts of one mailbox have one form each,
    /// the person means the one as typed.
    pub fn stored_forms(&self) -> [&str; 2] {
        [&self.typed, &self.canonical]
    }
}

/// Gives an account that was found its canonical form, under which attempts for it are counted.
impl From<&StoredEmail> for LookupEmail {
    fn from(StoredEmail(stored): &StoredEmail) -> Self {
        let canonical = stored.parse().map_or_else(|()| stored.clone(), |email: Email| email.as_str().to_owned());
        Self { canonical, typed: stored.clone() }
    }
}

impl FromStr for LookupEmail {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let typed = text.trim().to_lowercase();
        let email: Result<Email, ()> = text.parse().or_else(|()| typed.parse());
        match email {
            Ok(email) => Ok(Self { canonical: email.as_str().to_owned(), typed }),
            Err(()) if was_valid_before(&typed) => Ok(Self { canonical: typed.clone(), typed }),
            Err(()) => Err(()),
        }
    }
}

/// Returns whether the rules before [`Email`]'s current ones accepted an address.
fn was_valid_before(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let special = |c: char| c.is_whitespace() || c.is_control() || "\"(),:;<>@[\\]".contains(c);
    let dotted = |part: &str| part.split('.').all(|word| !word.is_empty());
    dotted(local)
        && dotted(domain)
        && text.len() <= EMAIL_LIMIT
        && local.len() <= 64
        && !local.contains(special)
        && domain.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.')
}

/// Prints no address, because addresses don't belong in logs.
impl fmt::Debug for StoredEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredEmail(…)")
    }
}

impl fmt::Debug for LookupEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LookupEmail(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(text: &str) -> LookupEmail {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_valid_under_older_rules_is_looked_up() {
        for stored in ["achiengí@example.com", "user@mailhost", "x@192.0.2.1", "sarah@-example.com"] {
            assert!(stored.parse::<Email>().is_err(), "{stored}");
            let found = lookup(&format!(" {} ", stored.to_uppercase()));
            assert_eq!((found.stored_forms(), found.canonical()), ([stored, stored], stored));
            assert_eq!(LookupEmail::from(&StoredEmail::new(stored)), found, "counted as one");
        }
    }

    #[test]
    fn a_lookup_has_the_typed_and_the_canonical_form() {
        let found = lookup("Sarah@MÜNCHEN.example");
        assert_eq!(found.stored_forms(), ["sarah@münchen.example", "sarah@xn--mnchen-3ya.example"]);
        assert_eq!(found.canonical(), lookup("sarah@xn--mnchen-3ya.example").canonical());
        assert_eq!(format!("{found:?}"), "LookupEmail(…)");
    }

    #[test]
    fn an_invalid_address_is_not_looked_up() {
        for wrong in ["", "sarah", "@example.com", "sarah@", "sa rah@example.com", "sarah@example..com", "<s@e.com>"] {
            assert!(wrong.parse::<LookupEmail>().is_err(), "{wrong}");
        }
    }
}
