//! Why something was not done: codes that travel, never free text.

use crate::string_enum::string_enum;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

string_enum! {
    /// What is wrong with one field.
    Fault {
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

impl Fault {
    /// Whether the word alone says which field it is about.
    fn names_its_field(self) -> bool {
        matches!(
            self,
            Fault::BodyEmpty
                | Fault::BodyTooLong
                | Fault::BodyInvalid
                | Fault::PasswordTooCommon
                | Fault::AmountInvalid
                | Fault::CurrencyUnknown
                | Fault::DatePast
                | Fault::DateTooFar
                | Fault::WrongPassword
                | Fault::TokenInvalid
        )
    }
}

/// The fields at fault, by their name in the interface.
pub type Faults = BTreeMap<String, Fault>;

/// Why a use case refused. Says nothing of the inside.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "code", try_from = "Flat")]
pub enum Refusal {
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
        fields: Faults,
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
struct Flat {
    code: String,
    retry_after: Option<u64>,
    fields: Option<Faults>,
}

impl TryFrom<Flat> for Refusal {
    type Error = &'static str;

    fn try_from(flat: Flat) -> Result<Self, Self::Error> {
        let refusal = match flat.code.as_str() {
            "unauthenticated" => Some(Refusal::Unauthenticated),
            "invalid_credentials" => Some(Refusal::InvalidCredentials),
            "email_unverified" => Some(Refusal::EmailUnverified),
            "other_person" => Some(Refusal::OtherPerson),
            "wrong_role" => Some(Refusal::WrongRole),
            "not_found" => Some(Refusal::NotFound),
            "insufficient_scope" => Some(Refusal::InsufficientScope),
            "session_required" => Some(Refusal::SessionRequired),
            "wrong_status" => Some(Refusal::WrongStatus),
            "role_fixed" => Some(Refusal::RoleFixed),
            "password_required" => Some(Refusal::PasswordRequired),
            "client_id_reused" => Some(Refusal::ClientIdReused),
            "rate_limited" => flat.retry_after.map(|retry_after| Refusal::RateLimited { retry_after }),
            "inquiry_limit" => flat.retry_after.map(|retry_after| Refusal::InquiryLimit { retry_after }),
            "open_inquiry_limit" => flat.retry_after.map(|retry_after| Refusal::OpenInquiryLimit { retry_after }),
            "too_many_streams" => Some(Refusal::TooManyStreams),
            "invalid" => flat.fields.map(|fields| Refusal::Invalid { fields }),
            "unavailable" => Some(Refusal::Unavailable),
            "storage_full" => Some(Refusal::StorageFull),
            "internal" => Some(Refusal::Internal),
            _ => None,
        };
        refusal.ok_or("no such refusal")
    }
}

impl Refusal {
    /// A refusal for a single field.
    pub fn field(name: &str, fault: Fault) -> Self {
        Refusal::Invalid { fields: Faults::from([(name.to_owned(), fault)]) }
    }

    /// The stable word for it.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Unauthenticated => "unauthenticated",
            Refusal::InvalidCredentials => "invalid_credentials",
            Refusal::EmailUnverified => "email_unverified",
            Refusal::OtherPerson => "other_person",
            Refusal::WrongRole => "wrong_role",
            Refusal::NotFound => "not_found",
            Refusal::InsufficientScope => "insufficient_scope",
            Refusal::SessionRequired => "session_required",
            Refusal::WrongStatus => "wrong_status",
            Refusal::RoleFixed => "role_fixed",
            Refusal::PasswordRequired => "password_required",
            Refusal::ClientIdReused => "client_id_reused",
            Refusal::RateLimited { .. } | Refusal::InquiryLimit { .. } | Refusal::OpenInquiryLimit { .. } => {
                "rate_limited"
            }
            Refusal::TooManyStreams => "too_many_streams",
            Refusal::Unavailable => "unavailable",
            Refusal::StorageFull => "storage_full",
            Refusal::Internal => "internal",
            Refusal::Invalid { fields } => match fields.values().next() {
                Some(fault) if fields.len() == 1 && fault.names_its_field() => fault.as_str(),
                _ => "invalid_input",
            },
        }
    }

    /// What is wrong with this field, if it is at fault.
    pub fn fault(&self, field: &str) -> Option<Fault> {
        match self {
            Refusal::Invalid { fields } => fields.get(field).copied(),
            _ => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Refusal {}

/// Both values, or the faults of both at once.
///
/// # Errors
/// The faults of either; a refusal that isn't about fields comes alone.
pub fn both<A, B>(a: Result<A, Refusal>, b: Result<B, Refusal>) -> Result<(A, B), Refusal> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(Refusal::Invalid { mut fields }), Err(Refusal::Invalid { fields: more })) => {
            fields.extend(more);
            Err(Refusal::Invalid { fields })
        }
        (Err(refusal), _) | (_, Err(refusal)) => Err(refusal),
    }
}

/// Gathers the faults of a form, so that one answer names them all.
#[derive(Debug, Default)]
pub(crate) struct Check(Faults);

impl Check {
    /// The parsed value, or `None` with the fault noted under `field`.
    pub(crate) fn field<T>(&mut self, field: &str, parsed: Result<T, Fault>) -> Option<T> {
        parsed.map_err(|fault| self.0.insert(field.to_owned(), fault)).ok()
    }

    /// All faults at once.
    pub(crate) fn refuse(self) -> Refusal {
        Refusal::Invalid { fields: self.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_read_as_it_was_written() {
        let all = [
            Refusal::Unauthenticated,
            Refusal::InvalidCredentials,
            Refusal::EmailUnverified,
            Refusal::WrongRole,
            Refusal::NotFound,
            Refusal::InsufficientScope,
            Refusal::SessionRequired,
            Refusal::OtherPerson,
            Refusal::WrongStatus,
            Refusal::RoleFixed,
            Refusal::PasswordRequired,
            Refusal::ClientIdReused,
            Refusal::RateLimited { retry_after: 3 },
            Refusal::InquiryLimit { retry_after: 4 },
            Refusal::OpenInquiryLimit { retry_after: 5 },
            Refusal::TooManyStreams,
            Refusal::field("body", Fault::BodyEmpty),
            Refusal::Unavailable,
            Refusal::StorageFull,
            Refusal::Internal,
        ];
        for refusal in all {
            let json = serde_json::to_string(&refusal).expect("json");
            assert_eq!(serde_json::from_str::<Refusal>(&json).expect(&json), refusal);
        }
    }
}
