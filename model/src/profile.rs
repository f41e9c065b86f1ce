//! Profiles that people enter when they register, and the mailed links that confirm an action.

use crate::{
    account::parse_optional,
    api_error::{ApiError, FieldError, ValidationErrors, Validator},
    password::NewPassword,
    person::{Craft, NAME_LIMIT, Role},
    string_enum::string_enum,
    text,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Password, name, role and craft of a new person, not yet validated.
#[derive(Clone, Debug, Default)]
pub struct ProfileInput {
    /// Must not be one of the most common passwords.
    pub password: Option<String>,
    /// Display name, in one line.
    pub name: Option<String>,
    /// Whether the person is booked (`talent`) or books (`organizer`).
    pub role: Option<String>,
    /// Craft of a talent; optional, because it can be set later.
    pub craft: Option<String>,
}

/// The validated form of [`ProfileInput`].
#[derive(Clone, Debug)]
pub struct Profile {
    /// Chosen password.
    pub password: NewPassword,
    /// Display name.
    pub name: String,
    /// Whether the person is booked or books.
    pub role: Role,
    /// Craft of a talent, if given.
    pub craft: Option<Craft>,
}

impl ProfileInput {
    /// Validates every field and reports all invalid ones at once. Returns `None` if no field was sent: whether they
    /// are required depends on the mailed link that they are sent with.
    pub fn parse(self) -> Result<Option<Profile>, ApiError> {
        if [&self.password, &self.name, &self.role, &self.craft].iter().all(|field| field.is_none()) {
            return Ok(None);
        }
        let mut validator = Validator::default();
        let profile = self.validate(&mut validator);
        profile.map(Some).ok_or_else(|| validator.into_error())
    }

    /// Validates every field and records all invalid ones in `validator`.
    pub(crate) fn validate(self, validator: &mut Validator) -> Option<Profile> {
        let password = validator.check_field("password", NewPassword::parse(self.password.as_deref()));
        let name = validator.check_field("name", text::parse_line(self.name.as_deref(), NAME_LIMIT));
        let role = validator.check_field("role", text::parse_value(self.role.as_deref()));
        let craft = validator.check_field("craft", parse_optional(self.craft.as_deref()));
        let (password, name, role, craft) = (password?, name?, role?, craft?);
        Some(Profile { password, name, role, craft: craft.filter(|_| role == Role::Talent) })
    }
}

impl Profile {
    /// Returns the error for a link that can't be followed without a profile: its required fields are missing.
    pub fn required() -> ApiError {
        let fields = ["password", "name", "role"].map(|field| (field.to_owned(), FieldError::Required));
        ApiError::Invalid { fields: ValidationErrors::from(fields) }
    }
}

string_enum! {
    /// What following a mailed link does.
    LinkAction {
        /// Confirms the address of a new account, which keeps the profile that this browser registered.
        Confirm = "confirm",
        /// Confirms the address, but requires a new profile first: none of the registered fields count.
        CompleteProfile = "introduce",
        /// Confirms the new address of an existing account.
        ChangeEmail = "move_address",
        /// Sets a new password.
        Reset = "reset",
    }
}

/// A valid mailed link, as its page shows it before it is followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailedLink {
    /// What following it does.
    pub action: LinkAction,
    /// Masked address of the account it belongs to: links are opened on borrowed phones, too.
    pub account: MaskedEmail,
    /// Whether that account is the one signed in here; `None` if none is.
    pub own: Option<bool>,
}

/// An e-mail address of which only enough is shown for its owner to recognise it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MaskedEmail(String);

impl MaskedEmail {
    /// Hides all but the first character of the local part, and keeps the domain.
    pub fn mask(address: &str) -> Self {
        let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        let first = local.chars().next().map(String::from).unwrap_or_default();
        Self(format!("{first}•••@{domain}"))
    }
}

impl fmt::Display for MaskedEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_complete_or_absent() {
        assert!(ProfileInput::default().parse().expect("nothing is no field error").is_none());
        let named = ProfileInput { name: Some("Wambui".to_owned()), ..Default::default() };
        let api_error = named.parse().expect_err("two fields are missing");
        assert_eq!(
            (api_error.field_error("password"), api_error.field_error("role")),
            (Some(FieldError::Required), Some(FieldError::Required))
        );
        assert_eq!(api_error.field_error("name"), None);
    }

    #[test]
    fn masked_email_shows_first_character_and_domain() {
        assert_eq!(MaskedEmail::mask("sarah.photographer@example.com").to_string(), "s•••@example.com");
        assert_eq!(MaskedEmail::mask("é@example.com").to_string(), "é•••@example.com");
    }
}
