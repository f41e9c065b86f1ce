//! Errors that clients receive: stable codes, never free text.

use crate::string_enum::string_enum;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

string_enum! {
    /// Why one field is invalid.
    FieldError {
        /// Missing or blank.
        Required = "required",
        /// Not in the expected format.
        Invalid = "invalid",
        /// Longer than the limit.
        TooLong = "too_long",
        /// Shorter than the minimum.
        TooShort = "too_short",
        /// A number outside its range.
        OutOfRange = "out_of_range",
        /// Without any visible character.
        Invisible = "invisible",
        /// With directional controls or other characters that can't be seen.
        HiddenCharacters = "hidden_characters",
        /// With more combining marks on one letter than any living script needs.
        TooManyMarks = "too_many_marks",
        /// A person's name that begins with that of the site.
        NameReserved = "name_reserved",
        /// An amount of money that can't be read, or can be read in more than one way.
        AmountInvalid = "amount_invalid",
        /// Not a currency of ISO 4217.
        CurrencyUnknown = "currency_unknown",
        /// A day earlier than yesterday in every time zone.
        DatePast = "date_past",
        /// A day more than [`crate::booking::YEARS_AHEAD`] years ahead in every time zone.
        DateTooFar = "date_too_far",
        /// A message without text.
        BodyEmpty = "body_empty",
        /// A message of more than [`crate::message::BODY_LIMIT`] characters.
        BodyTooLong = "body_too_long",
        /// A message that contains NUL.
        BodyInvalid = "body_invalid",
        /// One of the most common passwords.
        PasswordTooCommon = "password_too_common",
        /// Not the account's current password.
        WrongPassword = "wrong_password",
        /// A mailed link that was used, has expired or never existed.
        TokenInvalid = "token_invalid",
    }
}

impl FieldError {
    /// Returns whether the code alone identifies the field.
    fn implies_field(self) -> bool {
        match self {
            FieldError::BodyEmpty
            | FieldError::BodyTooLong
            | FieldError::BodyInvalid
            | FieldError::PasswordTooCommon
            | FieldError::NameReserved
            | FieldError::AmountInvalid
            | FieldError::CurrencyUnknown
            | FieldError::DatePast
            | FieldError::DateTooFar
            | FieldError::WrongPassword
            | FieldError::TokenInvalid => true,
            FieldError::Required
            | FieldError::Invalid
            | FieldError::TooLong
            | FieldError::TooShort
            | FieldError::OutOfRange
            | FieldError::Invisible
            | FieldError::HiddenCharacters
            | FieldError::TooManyMarks => false,
        }
    }
}

/// Invalid fields by their name in the API, each with its reason.
pub type ValidationErrors = BTreeMap<String, FieldError>;

/// An optional part of a row of [`api_errors`], as an expression or a pattern.
macro_rules! optional {
    () => {
        None
    };
    ($value:literal) => {
        Some($value)
    };
}

/// Defines the errors from one table: the meaning that the OpenAPI document gives, the HTTP status, the code, and the
/// limit if several share a code.
macro_rules! api_errors {
    ($($(#[doc = $meaning:literal])+ $kind:ident $({ $($(#[$doc:meta])* $field:ident: $type:ty,)* })?
        = $status:literal $code:literal $(limit $limit:literal)?,)*) => {
        /// Why a use case refused a request. Reveals no internal details.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(into = "RawApiError", try_from = "RawApiError")]
        pub enum ApiError {
            $($(#[doc = $meaning])+ $kind $({ $($(#[$doc])* $field: $type,)* })?,)*
        }

        impl ApiError {
            /// Returns the HTTP status.
            pub fn status(&self) -> u16 {
                match self {
                    $(Self::$kind { .. } => $status,)*
                }
            }

            /// Returns the limit that was reached, if several share a code.
            pub fn limit(&self) -> Option<&'static str> {
                match self {
                    $(Self::$kind { .. } => optional!($($limit)?),)*
                }
            }

            /// Returns the meaning, for the OpenAPI document.
            pub fn meaning(&self) -> &'static str {
                match self {
                    $(Self::$kind { .. } => concat!($($meaning),+).trim(),)*
                }
            }

            /// Returns one error of each kind.
            pub fn examples() -> Vec<Self> {
                vec![$(Self::$kind $({ $($field: Default::default(),)* })?),*]
            }

            /// Returns the code of this kind of error.
            fn kind_code(&self) -> &'static str {
                match self {
                    $(Self::$kind { .. } => $code,)*
                }
            }
        }

        impl TryFrom<RawApiError> for ApiError {
            type Error = &'static str;

            fn try_from(raw: RawApiError) -> Result<Self, Self::Error> {
                match (raw.code.as_str(), raw.limit.as_deref()) {
                    // The code may be that of the only invalid field.
                    _ if raw.fields.is_some() => Ok(Self::Invalid { fields: raw.fields.unwrap_or_default() }),
                    $(($code, optional!($($limit)?)) => {
                        Ok(Self::$kind $({ $($field: raw.$field.ok_or("a field of the error is missing")?,)* })?)
                    })*
                    _ => Err("unknown error code"),
                }
            }
        }
    };
}

api_errors! {
    /// There is no valid session or access token.
    Unauthenticated = 401 "unauthenticated",
    /// The e-mail address is unknown or the password is wrong; the response doesn't say which.
    InvalidCredentials = 401 "invalid_credentials",
    /// The account's e-mail address isn't confirmed.
    EmailUnverified = 403 "email_unverified",
    /// The page belongs to another person than the signed-in one.
    OtherPerson = 409 "other_person",
    /// Requires the other role.
    WrongRole = 403 "wrong_role",
    /// The resource doesn't exist, or belongs to other people.
    NotFound = 404 "not_found",
    /// The access token is read-only.
    InsufficientScope = 403 "insufficient_scope",
    /// Requires a session; an access token isn't accepted.
    SessionRequired = 403 "session_required",
    /// The booking's status doesn't allow this action.
    WrongStatus = 409 "wrong_status",
    /// The role can't be changed, because the account has bookings.
    RoleFixed = 409 "role_fixed",
    /// The password was entered more than an hour ago. Call `POST /api/account/confirmation` first.
    PasswordRequired = 403 "password_required",
    /// The `clientId` was used before with other content.
    ClientIdReused = 409 "client_id_reused",
    /// Too many requests. Retry after the seconds in `Retry-After`.
    RateLimited {
        /// Seconds until a retry can succeed.
        retry_after: u64,
    } = 429 "rate_limited",
    /// The organiser has reached the daily limit of booking requests.
    InquiryLimit {
        /// Seconds until the next one is allowed.
        retry_after: u64,
    } = 429 "rate_limited" limit "inquiries_per_day",
    /// The organiser has reached the limit of unanswered booking requests with the same talent.
    OpenInquiryLimit {
        /// Seconds until a retry is sensible: the talent may have answered by then.
        retry_after: u64,
    } = 429 "rate_limited" limit "open_inquiries_per_pair",
    /// The person has as many open streams as allowed.
    TooManyStreams = 429 "too_many_streams",
    /// Validation failed; `fields` names the invalid fields.
    Invalid {
        /// Each invalid field with its reason.
        fields: ValidationErrors,
    } = 422 "invalid_input",
    /// The database is unreachable.
    Unavailable = 503 "unavailable",
    /// The disk is full and nothing was written. A retry may succeed later.
    StorageFull = 507 "storage_full",
    /// The server failed; its log has the reason.
    Internal = 500 "internal",
}

/// The JSON form of [`ApiError`], with all fields side by side. The deserializer that serde derives for a tagged enum
/// reads everything twice, with code that the browser would have to download.
#[derive(Serialize, Deserialize)]
struct RawApiError {
    code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<ValidationErrors>,
}

impl From<ApiError> for RawApiError {
    fn from(api_error: ApiError) -> Self {
        Self {
            code: api_error.code().to_owned(),
            limit: api_error.limit().map(str::to_owned),
            retry_after: api_error.retry_after(),
            fields: match api_error {
                ApiError::Invalid { fields } => Some(fields),
                _ => None,
            },
        }
    }
}

impl ApiError {
    /// Creates the error for a single invalid field.
    pub fn for_field(name: &str, field_error: FieldError) -> Self {
        ApiError::Invalid { fields: ValidationErrors::from([(name.to_owned(), field_error)]) }
    }

    /// Returns the stable code that clients receive: that of the field error if it identifies the only invalid field.
    pub fn code(&self) -> &'static str {
        let fields = self.fields().filter(|fields| fields.len() == 1);
        let only = fields.and_then(|fields| fields.values().find(|field_error| field_error.implies_field()));
        only.map_or(self.kind_code(), |field_error| field_error.as_str())
    }

    /// Returns the invalid fields, if the error is about fields.
    pub fn fields(&self) -> Option<&ValidationErrors> {
        match self {
            ApiError::Invalid { fields } => Some(fields),
            _ => None,
        }
    }

    /// Returns the seconds after which a retry may succeed.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            ApiError::RateLimited { retry_after }
            | ApiError::InquiryLimit { retry_after }
            | ApiError::OpenInquiryLimit { retry_after } => Some(*retry_after),
            // When a stream ends can't be predicted.
            ApiError::TooManyStreams => Some(5),
            _ => None,
        }
    }

    /// Returns why a field is invalid; `None` if it is valid.
    pub fn field_error(&self, field: &str) -> Option<FieldError> {
        self.fields()?.get(field).copied()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for ApiError {}

/// Returns both values, or the field errors of both at once.
///
/// # Errors
/// The merged field errors; an error that isn't about fields is returned alone.
pub fn combine_errors<A, B>(a: Result<A, ApiError>, b: Result<B, ApiError>) -> Result<(A, B), ApiError> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(ApiError::Invalid { mut fields }), Err(ApiError::Invalid { fields: more })) => {
            fields.extend(more);
            Err(ApiError::Invalid { fields })
        }
        (Err(api_error), _) | (_, Err(api_error)) => Err(api_error),
    }
}

/// Collects field errors, so that one response reports them all.
#[derive(Debug, Default)]
pub(crate) struct Validator(ValidationErrors);

impl Validator {
    /// Returns the parsed value, or records the error under `field` and returns `None`.
    pub(crate) fn check_field<T>(&mut self, field: &str, parsed: Result<T, FieldError>) -> Option<T> {
        parsed.map_err(|field_error| self.0.insert(field.to_owned(), field_error)).ok()
    }

    /// Returns all recorded errors as one [`ApiError`].
    pub(crate) fn into_error(self) -> ApiError {
        ApiError::Invalid { fields: self.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn api_errors_round_trip_through_json() {
        let of_fields = [ApiError::for_field("body", FieldError::BodyEmpty), ApiError::InquiryLimit { retry_after: 4 }];
        for api_error in ApiError::examples().into_iter().chain(of_fields) {
            let json = serde_json::to_string(&api_error).expect("json");
            assert_eq!(serde_json::from_str::<ApiError>(&json).expect(&json), api_error);
        }
    }

    /// Browsers have stored unsent messages with the code that `Invalid` had before.
    #[test]
    fn invalid_fields_are_read_with_any_code() {
        let json = r#"{"code":"invalid","fields":{"body":"body_too_long"}}"#;
        let api_error: ApiError = serde_json::from_str(json).expect("an error");
        assert_eq!(api_error, ApiError::for_field("body", FieldError::BodyTooLong));
    }

    #[test]
    fn no_two_errors_have_the_same_code_and_limit() {
        let errors = ApiError::examples();
        let codes: BTreeSet<_> = errors.iter().map(|error| (error.code(), error.limit())).collect();
        assert_eq!(codes.len(), errors.len());
        assert!(FieldError::ALL.iter().all(|field_error| !codes.contains(&(field_error.as_str(), None))));
    }
}
