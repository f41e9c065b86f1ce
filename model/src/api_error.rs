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
        matches!(
            self,
            FieldError::BodyEmpty
                | FieldError::BodyTooLong
                | FieldError::BodyInvalid
                | FieldError::PasswordTooCommon
                | FieldError::AmountInvalid
                | FieldError::CurrencyUnknown
                | FieldError::DatePast
                | FieldError::DateTooFar
                | FieldError::WrongPassword
                | FieldError::TokenInvalid
        )
    }
}

/// Invalid fields by their name in the API, each with its reason.
pub type ValidationErrors = BTreeMap<String, FieldError>;

/// Why a use case refused a request. Reveals no internal details.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "code", try_from = "RawApiError")]
pub enum ApiError {
    /// No session, or one that has ended.
    Unauthenticated,
    /// Unknown e-mail or wrong password; never says which.
    InvalidCredentials,
    /// The address isn't confirmed yet.
    EmailUnverified,
    /// The page belongs to another person than the one who is signed in.
    OtherPerson,
    /// The path is for the other role.
    WrongRole,
    /// It doesn't exist or isn't the viewer's; never says which.
    NotFound,
    /// The access token may only read.
    InsufficientScope,
    /// Access tokens are refused; only a person signed in by password may do this.
    SessionRequired,
    /// The booking's status doesn't allow this action.
    WrongStatus,
    /// A person with bookings can't change their role.
    RoleFixed,
    /// The password must be confirmed first.
    PasswordRequired,
    /// The same `clientId` was used for another message.
    ClientIdReused,
    /// Too many attempts.
    RateLimited {
        /// Seconds until a retry can succeed.
        retry_after: u64,
    },
    /// The organizer has reached the daily limit of booking requests.
    InquiryLimit {
        /// Seconds until the next one is allowed.
        retry_after: u64,
    },
    /// The organizer has reached the limit of unanswered booking requests with the same talent.
    OpenInquiryLimit {
        /// Seconds until a retry is sensible: the talent may have answered by then.
        retry_after: u64,
    },
    /// The person has as many event streams open as allowed.
    TooManyStreams,
    /// The request was understood, but some of its fields are invalid.
    Invalid {
        /// Each invalid field with its reason.
        fields: ValidationErrors,
    },
    /// A service that the server depends on can't be reached. A retry may succeed.
    Unavailable,
    /// The disk is full, and nothing was written. A retry may succeed.
    StorageFull,
    /// An internal error, whose cause is in the server's log.
    Internal,
}

/// The JSON form of [`ApiError`], with all fields side by side. The deserializer that serde derives for a tagged enum
/// reads everything twice, with code that the browser would have to download.
#[derive(Deserialize)]
struct RawApiError {
    code: String,
    retry_after: Option<u64>,
    fields: Option<ValidationErrors>,
}

impl TryFrom<RawApiError> for ApiError {
    type Error = &'static str;

    fn try_from(raw: RawApiError) -> Result<Self, Self::Error> {
        let api_error = match raw.code.as_str() {
            "unauthenticated" => Some(ApiError::Unauthenticated),
            "invalid_credentials" => Some(ApiError::InvalidCredentials),
            "email_unverified" => Some(ApiError::EmailUnverified),
            "other_person" => Some(ApiError::OtherPerson),
            "wrong_role" => Some(ApiError::WrongRole),
            "not_found" => Some(ApiError::NotFound),
            "insufficient_scope" => Some(ApiError::InsufficientScope),
            "session_required" => Some(ApiError::SessionRequired),
            "wrong_status" => Some(ApiError::WrongStatus),
            "role_fixed" => Some(ApiError::RoleFixed),
            "password_required" => Some(ApiError::PasswordRequired),
            "client_id_reused" => Some(ApiError::ClientIdReused),
            "rate_limited" => raw.retry_after.map(|retry_after| ApiError::RateLimited { retry_after }),
            "inquiry_limit" => raw.retry_after.map(|retry_after| ApiError::InquiryLimit { retry_after }),
            "open_inquiry_limit" => raw.retry_after.map(|retry_after| ApiError::OpenInquiryLimit { retry_after }),
            "too_many_streams" => Some(ApiError::TooManyStreams),
            "invalid" => raw.fields.map(|fields| ApiError::Invalid { fields }),
            "unavailable" => Some(ApiError::Unavailable),
            "storage_full" => Some(ApiError::StorageFull),
            "internal" => Some(ApiError::Internal),
            _ => None,
        };
        api_error.ok_or("unknown error code")
    }
}

impl ApiError {
    /// Creates the error for a single invalid field.
    pub fn for_field(name: &str, field_error: FieldError) -> Self {
        ApiError::Invalid { fields: ValidationErrors::from([(name.to_owned(), field_error)]) }
    }

    /// Returns the stable code that clients receive.
    pub fn code(&self) -> &'static str {
        match self {
            ApiError::Unauthenticated => "unauthenticated",
            ApiError::InvalidCredentials => "invalid_credentials",
            ApiError::EmailUnverified => "email_unverified",
            ApiError::OtherPerson => "other_person",
            ApiError::WrongRole => "wrong_role",
            ApiError::NotFound => "not_found",
            ApiError::InsufficientScope => "insufficient_scope",
            ApiError::SessionRequired => "session_required",
            ApiError::WrongStatus => "wrong_status",
            ApiError::RoleFixed => "role_fixed",
            ApiError::PasswordRequired => "password_required",
            ApiError::ClientIdReused => "client_id_reused",
            ApiError::RateLimited { .. } | ApiError::InquiryLimit { .. } | ApiError::OpenInquiryLimit { .. } => {
                "rate_limited"
            }
            ApiError::TooManyStreams => "too_many_streams",
            ApiError::Unavailable => "unavailable",
            ApiError::StorageFull => "storage_full",
            ApiError::Internal => "internal",
            ApiError::Invalid { fields } => match fields.values().next() {
                Some(field_error) if fields.len() == 1 && field_error.implies_field() => field_error.as_str(),
                _ => "invalid_input",
            },
        }
    }

    /// Returns why a field is invalid; `None` if it is valid.
    pub fn field_error(&self, field: &str) -> Option<FieldError> {
        match self {
            ApiError::Invalid { fields } => fields.get(field).copied(),
            _ => None,
        }
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

    #[test]
    fn api_errors_round_trip_through_json() {
        let all = [
            ApiError::Unauthenticated,
            ApiError::InvalidCredentials,
            ApiError::EmailUnverified,
            ApiError::WrongRole,
            ApiError::NotFound,
            ApiError::InsufficientScope,
            ApiError::SessionRequired,
            ApiError::OtherPerson,
            ApiError::WrongStatus,
            ApiError::RoleFixed,
            ApiError::PasswordRequired,
            ApiError::ClientIdReused,
            ApiError::RateLimited { retry_after: 3 },
            ApiError::InquiryLimit { retry_after: 4 },
            ApiError::OpenInquiryLimit { retry_after: 5 },
            ApiError::TooManyStreams,
            ApiError::for_field("body", FieldError::BodyEmpty),
            ApiError::Unavailable,
            ApiError::StorageFull,
            ApiError::Internal,
        ];
        for api_error in all {
            let json = serde_json::to_string(&api_error).expect("json");
            assert_eq!(serde_json::from_str::<ApiError>(&json).expect(&json), api_error);
        }
    }
}
