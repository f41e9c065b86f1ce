//! Accounts: registration, settings, signed-in devices and access tokens.

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

/// Maximum length of a talent's bio, in characters (Unicode scalar values).
pub const BIO_LIMIT: usize = 400;
/// Maximum length of an access token's name, in characters (Unicode scalar values).
pub const TOKEN_NAME_LIMIT: usize = 60;

string_enum! {
    /// How long a message stays unread before an e-mail announces it.
    EmailDelay {
        /// Never sends an e-mail.
        Off = "off",
        /// Five minutes.
        FiveMinutes = "five_minutes",
        /// One hour.
        Hourly = "hourly",
        /// One day.
        Daily = "daily",
    }
}

string_enum! {
    /// Permissions of an access token. Neither scope allows changes to the account itself.
    Scope {
        /// May read what its owner sees.
        Read = "read",
        /// May also write as its owner.
        Write = "write",
    }
}

string_enum! {
    /// Why a session ended.
    SessionEndReason {
        /// The person signed out in it, or it no longer exists.
        SignedOut = "signed_out",
        /// The person ended it from another device.
        Revoked = "revoked",
        /// The account got a new password, which ends all its other sessions.
        PasswordChanged = "password_changed",
        /// The account was deleted.
        AccountDeleted = "account_deleted",
        /// It reached its expiry time.
        Expired = "expired",
    }
}

/// A registration request, not yet validated.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisterInput {
    /// Address that the confirmation e-mail is sent to.
    #[schema(value_type = String, required = true, format = Email, max_length = 254)]
    pub email: Option<String>,
    /// Must not be one of the most common passwords.
    #[schema(value_type = String, required = true, format = Password, min_length = 8, max_length = 256)]
    pub password: Option<String>,
    /// Display name: one line with at least one visible character and no hidden characters.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 80, pattern = r"\S")]
    pub name: Option<String>,
    /// Whether the person is booked (`talent`) or books (`organizer`).
    #[schema(value_type = Role, required = true)]
    pub role: Option<String>,
    /// Craft of a talent; optional, because it can be set later.
    #[schema(value_type = Option<Craft>)]
    pub craft: Option<String>,
}

/// A validated registration, whose address isn't confirmed yet.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Address to confirm.
    pub email: Email,
    /// Password, name, role and craft.
    pub profile: Profile,
}

impl RegisterInput {
    /// Validates every field and reports all invalid ones at once.
    pub fn parse(self) -> Result<Registration, ApiError> {
        let Self { email: address, password, name, role, craft } = self;
        let mut validator = Validator::default();
        let address = validator.check_field("email", parse_email(address.as_deref()));
        let profile = ProfileInput { password, name, role, craft }.validate(&mut validator);
        let both = address.zip(profile).map(|(email, profile)| Registration { email, profile });
        both.ok_or_else(|| validator.into_error())
    }
}

/// Parses an e-mail address as typed in a form.
pub fn parse_email(input: Option<&str>) -> Result<Email, FieldError> {
    text::parse_value(input.map(str::trim))
}

/// Parses the address by which a person looks for their account. Also accepts those that only earlier rules allowed.
pub fn parse_lookup_email(input: Option<&str>) -> Result<LookupEmail, FieldError> {
    text::parse_value(input.map(str::trim))
}

/// Parses a value that may be absent or, as forms send it, empty.
pub(crate) fn parse_optional<T: std::str::FromStr>(input: Option<&str>) -> Result<Option<T>, FieldError> {
    let given = input.filter(|text| !text.is_empty());
    given.map(|text| text::parse_value(Some(text))).transpose()
}

/// An account as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Id, name, address and role.
    pub user: User,
    /// Craft of a talent, if set.
    #[schema(required = true)]
    pub craft: Option<Craft>,
    /// Text about the person; empty if not set.
    pub bio: String,
    /// Name of a talent's profile in URLs, as in `/t/sarah-wanjiru`; `null` for organisers.
    #[schema(required = true)]
    pub slug: Option<String>,
    /// Whether people who aren't signed in see the profile of a talent: name, craft and bio.
    pub public_profile: bool,
    /// How long a message stays unread before an e-mail announces it.
    pub mail_after: EmailDelay,
    /// Whether receipts are on. People who don't give delivery and read receipts don't see those of others.
    pub receipts: bool,
    /// Whether presence is on. People who don't show when they are online or typing don't see it of others.
    pub presence: bool,
}

/// A requested change of an account, not yet validated. Absent fields keep their values.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountInput {
    /// Display name: one line with at least one visible character and no hidden characters.
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    pub name: Option<String>,
    /// New role; refused once the person has a booking.
    #[schema(value_type = Option<Role>)]
    pub role: Option<String>,
    /// New craft, or empty for none; talent only.
    pub craft: Option<String>,
    /// New text about the person, of up to 20 lines; talent only. More than one blank line becomes one, and a text without
    /// any visible character is empty.
    #[schema(max_length = 400)]
    pub bio: Option<String>,
    /// Whether people who aren't signed in see the profile of a talent: name, craft and bio.
    pub public_profile: Option<bool>,
    /// Whether to make a new slug from the name; the old one stops working. A new name alone keeps the slug.
    pub renew_slug: Option<bool>,
    /// How long a message stays unread before an e-mail announces it.
    #[schema(value_type = Option<EmailDelay>)]
    pub mail_after: Option<String>,
    /// Whether receipts are on. People who don't give delivery and read receipts don't see those of others.
    pub receipts: Option<bool>,
    /// Whether presence is on. People who don't show when they are online or typing don't see it of others.
    pub presence: Option<bool>,
}

/// A validated change of an account. `None` keeps the current value.
#[derive(Clone, Debug)]
pub struct AccountChange {
    /// New display name.
    pub name: Option<String>,
    /// New role.
    pub role: Option<Role>,
    /// New craft; `Some(None)` removes it.
    pub craft: Option<Option<Craft>>,
    /// New text about the person.
    pub bio: Option<String>,
    /// Whether the profile is public from now on.
    pub public_profile: Option<bool>,
    /// Whether the profile gets a new slug.
    pub renew_slug: bool,
    /// New delay before e-mails about unread messages.
    pub mail_after: Option<EmailDelay>,
    /// Whether receipts are on from now on.
    pub receipts: Option<bool>,
    /// Whether presence is on from now on.
    pub presence: Option<bool>,
}

impl AccountInput {
    /// Validates every field and reports all invalid ones at once. Craft and bio are for talent only, judged by the new
    /// role where there is one.
    pub fn parse(self, role: Role) -> Result<AccountChange, ApiError> {
        let mut validator = Validator::default();
        let name = self.name.map(|name| text::parse_line(Some(&name), NAME_LIMIT)).transpose();
        let new_role = self.role.map(|role| text::parse_value::<Role>(Some(&role))).transpose();
        let role = new_role.ok().flatten().unwrap_or(role);
        let craft = self.craft.map(|craft| parse_optional(Some(&craft)));
        let craft = craft.map(|craft| craft.and_then(|craft| require_talent(craft, role))).transpose();
        let bio = self
            .bio
            .map(|bio| text::parse_lines(&bio, BIO_LIMIT).and_then(|bio| require_talent(bio, role)))
            .transpose();
        let mail_after = self.mail_after.map(|after| text::parse_value(Some(&after))).transpose();
        let fields = (
            validator.check_field("name", name),
            validator.check_field("role", new_role),
            validator.check_field("craft", craft),
            validator.check_field("bio", bio),
            validator.check_field("mailAfter", mail_after),
        );
        let Self { public_profile, receipts, presence, .. } = self;
        let renew_slug = self.renew_slug == Some(true);
        match fields {
            (Some(name), Some(role), Some(craft), Some(bio), Some(mail_after)) => {
                Ok(AccountChange { name, role, craft, bio, public_profile, renew_slug, mail_after, receipts, presence })
            }
            _ => Err(validator.into_error()),
        }
    }
}

fn require_talent<T>(value: T, role: Role) -> Result<T, FieldError> {
    if role == Role::Talent { Ok(value) } else { Err(FieldError::Invalid) }
}

/// A browser that is signed in to the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Id of its session, by which it can be revoked.
    pub id: SessionId,
    /// Whether it sent this request.
    pub current: bool,
    /// `User-Agent` that the browser sent.
    pub user_agent: String,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it was last used, to within about five minutes.
    pub last_seen_at: Timestamp,
}

/// A personal access token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessToken {
    /// Id by which it can be revoked; not the secret.
    pub id: SessionId,
    /// Name that its owner gave it.
    pub name: String,
    /// Whether it may only read or also write.
    pub scope: Scope,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last used, to within about five minutes; the time of creation if never.
    pub last_used_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// Lifetimes in days that the settings page offers. The API accepts any number up to the last one.
pub const TOKEN_DAYS: [u16; 4] = [7, 30, 90, 365];
/// Lifetime in days where the request names none.
pub const TOKEN_DAYS_DEFAULT: u16 = 90;

/// A request for an access token, not yet validated.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenInput {
    /// Name of the token: one line with at least one visible character and no hidden characters.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 60, pattern = r"\S")]
    pub name: Option<String>,
    /// Whether it may only read or also write.
    #[schema(value_type = Scope, required = true)]
    pub scope: Option<String>,
    /// Lifetime in days.
    #[schema(minimum = 1, maximum = 365, default = 90)]
    pub expires_in_days: Option<i64>,
}

/// A validated request for an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenDraft {
    /// Name that its owner gave it.
    pub name: String,
    /// Whether it may only read or also write.
    pub scope: Scope,
    /// Lifetime in days: 1 to 365.
    pub days: u16,
}

impl TokenInput {
    /// Validates every field and reports all invalid ones at once.
    pub fn parse(self) -> Result<TokenDraft, ApiError> {
        let mut validator = Validator::default();
        let name = validator.check_field("name", text::parse_line(self.name.as_deref(), TOKEN_NAME_LIMIT));
        let scope = validator.check_field("scope", text::parse_value(self.scope.as_deref()));
        let days = validator.check_field("expiresInDays", parse_token_days(self.expires_in_days));
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
        let api_error = input.parse().expect_err("five field errors");
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
        let api_error = input().parse(Role::Organizer).expect_err("an organizer has no craft");
        assert_eq!(
            (api_error.field_error("craft"), api_error.field_error("bio")),
            (Some(FieldError::Invalid), Some(FieldError::Invalid))
        );
        let becomes = AccountInput { role: Some("talent".into()), ..input() };
        let change = becomes.parse(Role::Organizer).expect("the new role is talent");
        assert_eq!((change.role, change.craft), (Some(Role::Talent), Some(Some(Craft::Band))));
        let none = AccountInput { craft: Some(String::new()), ..Default::default() };
        assert_eq!(none.parse(Role::Talent).expect("a change").craft, Some(None));
    }
}
