//! Accounts: joining, what can be set, and the devices and tokens that are let in.

use crate::{
    api_error::{ApiError, FieldError, Validator},
    id::SessionId,
    person::{Craft, Email, NAME_LIMIT, Role, User},
    profile::{Profile, ProfileInput},
    stored_email::LookupEmail,
    string_enum::string_enum,
    text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Characters a talent may say about themselves.
pub const BIO_LIMIT: usize = 400;
/// Characters the name of an access token may have.
pub const TOKEN_NAME_LIMIT: usize = 60;

string_enum! {
    /// How long a message stays unread before a mail tells of it.
    EmailDelay {
        /// No mail ever.
        Off = "off",
        /// Five minutes.
        FiveMinutes = "five_minutes",
        /// An hour.
        Hourly = "hourly",
        /// A day.
        Daily = "daily",
    }
}

string_enum! {
    /// What an access token may do.
    Scope {
        /// See what its owner sees.
        Read = "read",
        /// That, and write as its owner.
        Write = "write",
    }
}

string_enum! {
    /// Why a session is over.
    SessionEndReason {
        /// By whoever had it.
        SignedOut = "signed_out",
        /// From another device.
        Revoked = "revoked",
        /// With all others of an account that got a new password.
        PasswordChanged = "password_changed",
        /// With its account.
        AccountDeleted = "account_deleted",
        /// By its age.
        Expired = "expired",
    }
}

/// Somebody who wants to join, unchecked.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisterInput {
    /// Where the mail to confirm it goes.
    #[schema(value_type = String, required = true, format = Email, max_length = 254)]
    pub email: Option<String>,
    /// Not among those that are tried first.
    #[schema(value_type = String, required = true, format = Password, min_length = 8, max_length = 256)]
    pub password: Option<String>,
    /// As they call themselves, in one line with a visible character and without hidden ones.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 80, pattern = r"\S")]
    pub name: Option<String>,
    /// What they do here.
    #[schema(value_type = Role, required = true)]
    pub role: Option<String>,
    /// Talent only, who may leave it for later.
    #[schema(value_type = Option<Craft>)]
    pub craft: Option<String>,
}

/// Somebody who may join, once their address is confirmed.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Their address.
    pub email: Email,
    /// What they say of themselves.
    pub profile: Profile,
}

impl RegisterInput {
    /// Checks every field and names all that are at fault.
    pub fn parse(self) -> Result<Registration, ApiError> {
        let Self { email: address, password, name, role, craft } = self;
        let mut validator = Validator::default();
        let address = validator.field("email", parse_email(address.as_deref()));
        let profile = ProfileInput { password, name, role, craft }.validate(&mut validator);
        let both = address.zip(profile).map(|(email, profile)| Registration { email, profile });
        both.ok_or_else(|| validator.into_error())
    }
}

/// An e-mail address that somebody typed.
pub fn parse_email(input: Option<&str>) -> Result<Email, FieldError> {
    text::parse_value(input.map(str::trim))
}

/// An address that a person typed to find their account.
pub fn lookup_email(input: Option<&str>) -> Result<LookupEmail, FieldError> {
    text::parse_value(input.map(str::trim))
}

/// A value that may be left out, or empty, as a form sends it.
pub(crate) fn parse_optional<T: std::str::FromStr>(input: Option<&str>) -> Result<Option<T>, FieldError> {
    let given = input.filter(|text| !text.is_empty());
    given.map(|text| text::parse_value(Some(text))).transpose()
}

/// An account, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Who.
    pub user: User,
    /// Talent's craft, if they said.
    #[schema(required = true)]
    pub craft: Option<Craft>,
    /// What they say about themselves; empty for nothing.
    pub bio: String,
    /// How long a message stays unread before a mail tells of it.
    pub mail_after: EmailDelay,
    /// Whether others see how far their messages came, and the viewer theirs.
    pub receipts: bool,
    /// Whether others see when the viewer is here or typing, and the viewer theirs.
    pub presence: bool,
}

/// What somebody wants changed about their account, unchecked. What is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountInput {
    /// As they call themselves, in one line with a visible character and without hidden ones.
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    pub name: Option<String>,
    /// What they do here, as long as they have no booking.
    #[schema(value_type = Option<Role>)]
    pub role: Option<String>,
    /// One of the crafts, or empty for none; talent only.
    pub craft: Option<String>,
    /// What they say about themselves; talent only.
    #[schema(max_length = 400)]
    pub bio: Option<String>,
    /// How long a message stays unread before a mail tells of it.
    #[schema(value_type = Option<EmailDelay>)]
    pub mail_after: Option<String>,
    /// Whether others see how far their messages came, and the viewer theirs.
    pub receipts: Option<bool>,
    /// Whether others see when the viewer is here or typing, and the viewer theirs.
    pub presence: Option<bool>,
}

/// What may be changed.
#[derive(Clone, Debug)]
pub struct AccountChange {
    /// The new name.
    pub name: Option<String>,
    /// The new role.
    pub role: Option<Role>,
    /// The new craft, which may be none.
    pub craft: Option<Option<Craft>>,
    /// What they now say about themselves.
    pub bio: Option<String>,
    /// The new wait.
    pub mail_after: Option<EmailDelay>,
    /// Whether they give and see receipts from now on.
    pub receipts: Option<bool>,
    /// Whether they show and see presence from now on.
    pub presence: Option<bool>,
}

impl AccountInput {
    /// Checks every field and names all that are at fault. Craft and bio belong to talent, by the new role where there
    /// is one.
    pub fn parse(self, role: Role) -> Result<AccountChange, ApiError> {
        let mut validator = Validator::default();
        let name = self.name.map(|name| text::parse_line(Some(&name), NAME_LIMIT)).transpose();
        let new_role = self.role.map(|role| text::parse_value::<Role>(Some(&role))).transpose();
        let role = new_role.ok().flatten().unwrap_or(role);
        let craft = self.craft.map(|craft| parse_optional(Some(&craft)));
        let craft = craft.map(|craft| craft.and_then(|craft| require_talent(craft, role))).transpose();
        let bio = self.bio.map(|bio| parse_bio(&bio).and_then(|bio| require_talent(bio, role))).transpose();
        let mail_after = self.mail_after.map(|after| text::parse_value(Some(&after))).transpose();
        let fields = (
            validator.field("name", name),
            validator.field("role", new_role),
            validator.field("craft", craft),
            validator.field("bio", bio),
            validator.field("mailAfter", mail_after),
        );
        let (receipts, presence) = (self.receipts, self.presence);
        match fields {
            (Some(name), Some(role), Some(craft), Some(bio), Some(mail_after)) => {
                Ok(AccountChange { name, role, craft, bio, mail_after, receipts, presence })
            }
            _ => Err(validator.into_error()),
        }
    }
}

fn require_talent<T>(value: T, role: Role) -> Result<T, FieldError> {
    if role == Role::Talent { Ok(value) } else { Err(FieldError::Invalid) }
}

/// Up to [`BIO_LIMIT`] characters over several lines; may be empty.
fn parse_bio(input: &str) -> Result<String, FieldError> {
    let text = input.trim();
    if text.chars().count() > BIO_LIMIT {
        Err(FieldError::TooLong)
    } else if text.chars().any(|c| c.is_control() && c != '\n') {
        Err(FieldError::Invalid)
    } else {
        Ok(text.to_owned())
    }
}

/// A signed-in device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Which.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Its browser's own description.
    pub user_agent: String,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it was last used, to about five minutes.
    pub last_seen_at: Timestamp,
}

/// A personal access token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessToken {
    /// Which.
    pub id: SessionId,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to about five minutes; when it was made, if never.
    pub last_used_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Days that an access token can be made for by a page; any number up to the last by the interface.
pub const TOKEN_DAYS: [u16; 4] = [7, 30, 90, 365];
/// Days that it works for unless another number is asked for.
pub const TOKEN_DAYS_DEFAULT: u16 = 90;

/// An access token that somebody wants, unchecked.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenInput {
    /// What its owner calls it, in one line with a visible character and without hidden ones.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 60, pattern = r"\S")]
    pub name: Option<String>,
    /// What it may do.
    #[schema(value_type = Scope, required = true)]
    pub scope: Option<String>,
    /// Days until it ends.
    #[schema(minimum = 1, maximum = 365, default = 90)]
    pub expires_in_days: Option<i64>,
}

/// An access token that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenDraft {
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// Days until it ends: 1 to 365.
    pub days: u16,
}

impl TokenInput {
    /// Checks all fields and names those that are at fault.
    pub fn parse(self) -> Result<TokenDraft, ApiError> {
        let mut validator = Validator::default();
        let name = validator.field("name", text::parse_line(self.name.as_deref(), TOKEN_NAME_LIMIT));
        let scope = validator.field("scope", text::parse_value(self.scope.as_deref()));
        let days = validator.field("expiresInDays", parse_token_days(self.expires_in_days));
        match (name, scope, days) {
            (Some(name), Some(scope), Some(days)) => Ok(TokenDraft { name, scope, days }),
            _ => Err(validator.into_error()),
        }
    }
}

fn parse_token_days(days: Option<i64>) -> Result<u16, FieldError> {
    let Some(days) = days else { return Ok(TOKEN_DAYS_DEFAULT) };
    let most = TOKEN_DAYS[TOKEN_DAYS.len() - 1];
    u16::try_from(days).ok().filter(|days| (1..=most).contains(days)).ok_or(FieldError::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registration_reports_all_field_errors() {
        let input =
            RegisterInput { password: Some("short".into()), craft: Some("juggler".into()), ..Default::default() };
        let api_error = input.parse().expect_err("five faults");
        assert_eq!(api_error.field_error("email"), Some(FieldError::Required));
        assert_eq!(api_error.field_error("password"), Some(FieldError::TooShort));
        assert_eq!(api_error.field_error("name"), Some(FieldError::Required));
        assert_eq!(api_error.field_error("role"), Some(FieldError::Required));
        assert_eq!(api_error.field_error("craft"), Some(FieldError::Invalid));
    }

    #[test]
    fn token_expiry_is_at_most_a_year() {
        let draft = |days| {
            let (name, scope) = (Some("bot".to_owned()), Some("read".to_owned()));
            TokenInput { name, scope, expires_in_days: days }.parse()
        };
        assert_eq!(draft(None).expect("a draft").days, TOKEN_DAYS_DEFAULT);
        for days in [1, 30, 365] {
            assert_eq!(i64::from(draft(Some(days)).expect("a draft").days), days);
        }
        for days in [i64::MIN, -1, 0, 366, 65_537, i64::MAX] {
            assert_eq!(
                draft(Some(days)).expect_err("a field error").field_error("expiresInDays"),
                Some(FieldError::OutOfRange)
            );
        }
    }

    #[test]
    fn schema_limits_match_account_constants() {
        let properties = |schema| serde_json::to_value(schema).expect("json")["properties"].clone();
        let register = properties(<RegisterInput as utoipa::PartialSchema>::schema());
        assert_eq!(register["name"]["maxLength"], NAME_LIMIT);
        assert_eq!(register["email"]["maxLength"], crate::person::EMAIL_LIMIT);
        assert_eq!(register["password"]["minLength"], crate::password::PASSWORD_MIN);
        assert_eq!(register["password"]["maxLength"], crate::password::PASSWORD_LIMIT);
        assert_eq!(properties(<AccountInput as utoipa::PartialSchema>::schema())["bio"]["maxLength"], BIO_LIMIT);
        assert_eq!(properties(<TokenInput as utoipa::PartialSchema>::schema())["name"]["maxLength"], TOKEN_NAME_LIMIT);
    }

    #[test]
    fn only_talent_have_a_craft() {
        let input = || AccountInput { craft: Some("band".into()), bio: Some(" Live \n".into()), ..Default::default() };
        let change = input().parse(Role::Talent).expect("a change");
        assert_eq!((change.craft, change.bio.as_deref()), (Some(Some(Craft::Band)), Some("Live")));
        let api_error = input().parse(Role::Organizer).expect_err("not theirs");
        assert_eq!(
            (api_error.field_error("craft"), api_error.field_error("bio")),
            (Some(FieldError::Invalid), Some(FieldError::Invalid))
        );
        let becomes = AccountInput { role: Some("talent".into()), ..input() };
        let change = becomes.parse(Role::Organizer).expect("a talent by then");
        assert_eq!((change.role, change.craft), (Some(Role::Talent), Some(Some(Craft::Band))));
        let none = AccountInput { craft: Some(String::new()), ..Default::default() };
        assert_eq!(none.parse(Role::Talent).expect("a change").craft, Some(None));
    }
}
