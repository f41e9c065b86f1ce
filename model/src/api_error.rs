//! Why something was not done: codes that travel, never free text.

use crate::string_enum::string_enum;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

string_enum! {
    /// What is wrong with one field.
    FieldError {
        /// Missing or blank.
        Required = "required",
        /// Not of the expected form.
        Invalid = "invalid",
        /// Longer than the limit.
        TooLong = "too_long",
        /// Shorter than it must be.
        TooShort = "too_short",
        /// A number outside its range.
        OutOfRange = "out_of_range",
        /// Without a single character that a reader sees.
        Invisible = "invisible",
        /// With controls, controls of direction, or other characters that can't be seen.
        HiddenCharacters = "hidden_characters",
        /// With more marks on one letter than any script has.
        TooManyMarks = "too_many_marks",
        /// An amount of money that isn't written in a way that can be read in one way only.
        AmountInvalid = "amount_invalid",
        /// No currency of ISO 4217.
        CurrencyUnknown = "currency_unknown",
        /// A day that is over everywhere on earth.
        DatePast = "date_past",
        /// A day more than [`crate::booking::YEARS_AHEAD`] years ahead.
        DateTooFar = "date_too_far",
        /// A message without text.
        BodyEmpty = "body_empty",
        /// A message of more than [`crate::message::BODY_LIMIT`] characters.
        BodyTooLong = "body_too_long",
        /// A message with a NUL in it.
        BodyInvalid = "body_invalid",
        /// One of the passwords that are tried first.
        PasswordTooCommon = "password_too_common",
        /// Not the password of the account.
        WrongPassword = "wrong_password",
        /// A link that was used, has run out, or never was.
        TokenInvalid = "token_invalid",
    }
}

impl FieldError {
    /// Whether the word alone says which field it is about.
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

/// The fields at fault, by their name in the interface.
pub type ValidationErrors = BTreeMap<String, FieldError>;

/// Why a use case refused. Says nothing of the inside.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "code", try_from = "RawApiError")]
pub enum ApiError {
    /// Nobody is signed in, or the session is over.
    Unauthenticated,
    /// Unknown e-mail or wrong password: never says which.
    InvalidCredentials,
    /// The address was never confirmed.
    EmailUnverified,
    /// The page that asks is another person's than the one who is signed in.
    OtherPerson,
    /// The path belongs to the other role.
    WrongRole,
    /// It doesn't exist, or isn't the viewer's: never says which.
    NotFound,
    /// The access token may only read.
    InsufficientScope,
    /// Only for whoever is signed in by password, not for an access token.
    SessionRequired,
    /// The booking's status doesn't allow this step.
    WrongStatus,
    /// A person with bookings can't change their role.
    RoleFixed,
    /// The password has to be typed once more first.
    PasswordRequired,
    /// The same client id was used for another message.
    ClientIdReused,
    /// Too many tries; worth trying again after so many seconds.
    RateLimited {
        /// Seconds.
        retry_after: u64,
    },
    /// This organizer opened as many inquiries as they may in a day.
    InquiryLimit {
        /// Seconds until the next.
        retry_after: u64,
    },
    /// This organizer has as many unanswered inquiries with the same talent as they may.
    OpenInquiryLimit {
        /// Seconds after which it is worth looking whether the talent has answered.
        retry_after: u64,
    },
    /// This person holds as many streams as allowed.
    TooManyStreams,
    /// Understood, but wrong.
    Invalid {
        /// What is wrong with which field.
        fields: ValidationErrors,
    },
    /// What we need can't be reached just now. Worth trying again.
    Unavailable,
    /// The disk is full: nothing was written. Worth trying again.
    StorageFull,
    /// Something broke on our side; the log knows what.
    Internal,
}

/// A refusal as it lies on the wire. What serde derives for a tagged type reads everything twice, by code that a browser
/// would have to load.
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
        api_error.ok_or("no such error code")
    }
}

impl ApiError {
    /// A refusal for a single field.
    pub fn field(name: &str, field_error: FieldError) -> Self {
        ApiError::Invalid { fields: ValidationErrors::from([(name.to_owned(), field_error)]) }
    }

    /// The stable word for it.
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

    /// What is wrong with this field, if it is at fault.
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

/// Both values, or the faults of both at once.
///
/// # Errors
/// The faults of either; a refusal that isn't about fields comes alone.
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

/// Gathers the faults of a form, so that one answer names them all.
#[derive(Debug, Default)]
pub(crate) struct Validator(ValidationErrors);

impl Validator {
    /// The parsed value, or `None` with the fault noted under `field`.
    pub(crate) fn field<T>(&mut self, field: &str, parsed: Result<T, FieldError>) -> Option<T> {
        parsed.map_err(|field_error| self.0.insert(field.to_owned(), field_error)).ok()
    }

    /// All faults at once.
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
            ApiError::field("body", FieldError::BodyEmpty),
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
