//! What a person says of themselves when they join, and what a mailed link is good for.

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

/// What a person says of themselves when they join, unchecked.
#[derive(Clone, Debug, Default)]
pub struct ProfileInput {
    /// Not among those that are tried first.
    pub password: Option<String>,
    /// As they call themselves, in one line.
    pub name: Option<String>,
    /// What they do here.
    pub role: Option<String>,
    /// Talent only, who may leave it for later.
    pub craft: Option<String>,
}

/// What a person says of themselves when they join.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Their password.
    pub password: NewPassword,
    /// Their name.
    pub name: String,
    /// What they do here.
    pub role: Role,
    /// Talent's craft, if they said.
    pub craft: Option<Craft>,
}

impl ProfileInput {
    /// Checks every field and names all that are at fault. `None` where no field was sent at all: whether they are
    /// needed depends on the link that they come with.
    pub fn parse(self) -> Result<Option<Profile>, ApiError> {
        if [&self.password, &self.name, &self.role, &self.craft].iter().all(|field| field.is_none()) {
            return Ok(None);
        }
        let mut validator = Validator::default();
        let profile = self.validate(&mut validator);
        profile.map(Some).ok_or_else(|| validator.into_error())
    }

    /// Checks every field, and notes all that are at fault.
    pub(crate) fn validate(self, validator: &mut Validator) -> Option<Profile> {
        let password = validator.field("password", NewPassword::parse(self.password.as_deref()));
        let name = validator.field("name", text::parse_line(self.name.as_deref(), NAME_LIMIT));
        let role = validator.field("role", text::parse_value(self.role.as_deref()));
        let craft = validator.field("craft", parse_optional(self.craft.as_deref()));
        let (password, name, role, craft) = (password?, name?, role?, craft?);
        Some(Profile { password, name, role, craft: craft.filter(|_| role == Role::Talent) })
    }
}

impl Profile {
    /// The refusal of a link that can't be followed without saying who follows it.
    pub fn required() -> ApiError {
        let fields = ["password", "name", "role"].map(|field| (field.to_owned(), FieldError::Required));
        ApiError::Invalid { fields: ValidationErrors::from(fields) }
    }
}

string_enum! {
    /// What a mailed link does once it is followed.
    LinkAction {
        /// Confirms the address of a new account, which is as this browser registered it.
        Confirm = "confirm",
        /// The same, but its reader says first who they are: nothing that was registered counts.
        Introduce = "introduce",
        /// Confirms another address of an account that exists.
        MoveAddress = "move_address",
        /// Chooses another password.
        Reset = "reset",
    }
}

/// A mailed link that works, as its page shows it before it is followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailedLink {
    /// What it does.
    pub action: LinkAction,
    /// The address of the account it belongs to, masked: links are opened on borrowed phones, too.
    pub account: MaskedEmail,
    /// Whether that account is the one that is signed in here; `None` where none is.
    pub own: Option<bool>,
}

/// An e-mail address of which only so much is shown that its owner recognises it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MaskedEmail(String);

impl MaskedEmail {
    /// Hides all but the first character of the local part, and keeps the domain.
    pub fn of(address: &str) -> Self {
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
        assert_eq!(MaskedEmail::of("sarah.photographer@example.com").to_string(), "s•••@example.com");
        assert_eq!(MaskedEmail::of("é@example.com").to_string(), "é•••@example.com");
    }
}
