//! Why a request was refused, and how the person can proceed.

use super::{BROKEN, BROKEN_LEAD, OTHER_PERSON_LEAD, STORAGE_FULL};
use model::{ApiError, FieldError};

/// Explains a refusal to the person.
pub fn error_text(error: &ApiError) -> String {
    match error {
        ApiError::Unauthenticated => "You were signed out. Sign in to continue.".to_owned(),
        ApiError::InvalidCredentials => "That email and password don't match. Check both and try again.".to_owned(),
        ApiError::EmailUnverified => "Confirm your email first: open the link we sent you.".to_owned(),
        ApiError::OtherPerson => OTHER_PERSON_LEAD.to_owned(),
        ApiError::WrongRole => "Only organisers can send booking requests.".to_owned(),
        ApiError::NotFound => "This isn't here any more.".to_owned(),
        ApiError::InsufficientScope => "This access token can only read.".to_owned(),
        ApiError::SessionRequired => "Sign in with your password for this.".to_owned(),
        ApiError::WrongStatus => "This booking has just changed. Check it again.".to_owned(),
        ApiError::PasswordRequired => "Enter your password again for this.".to_owned(),
        ApiError::RoleFixed => "You have bookings, so your account type can't change.".to_owned(),
        ApiError::ClientIdReused => "This form was sent before. Write the message again.".to_owned(),
        ApiError::RateLimited { retry_after } => {
            format!("Too many tries. Try again {}.", retry_after_text(*retry_after))
        }
        ApiError::InquiryLimit { retry_after } => {
            format!(
                "You have sent as many requests as you can in a day. Send this one {}.",
                retry_after_text(*retry_after)
            )
        }
        ApiError::OpenInquiryLimit { .. } => {
            "This person hasn't answered your earlier requests yet. Wait for a reply, or \
                                             cancel one of them, then send this one."
                .to_owned()
        }
        ApiError::TooManyStreams => "Greenroom is open in too many places. Close some tabs.".to_owned(),
        ApiError::Unavailable | ApiError::Internal => format!("{BROKEN}. {BROKEN_LEAD}"),
        ApiError::StorageFull => STORAGE_FULL.to_owned(),
        ApiError::Invalid { fields } => match fields.iter().next() {
            Some((field, first)) if fields.len() == 1 => field_error_text(field, *first).to_owned(),
            _ => "Some fields need another look.".to_owned(),
        },
    }
}

fn retry_after_text(seconds: u64) -> String {
    match seconds {
        ..=1 => "in a second".to_owned(),
        2..=90 => format!("in {seconds} seconds"),
        91..=5_400 => format!("in {} minutes", seconds.div_ceil(60)),
        _ => format!("in {} hours", seconds.div_ceil(3_600)),
    }
}

/// Names a field and its error, in a list of errors.
pub fn error_of_field(label: &'static str, error: &'static str) -> String {
    if label.ends_with('?') { format!("{label} {error}") } else { format!("{label}: {error}") }
}

/// Explains the error of a field, and how to correct it. `what` is the field's name in the API.
pub fn field_error_text(what: &str, error: FieldError) -> &'static str {
    match (what, error) {
        ("fee", FieldError::Required) => AMOUNT_IN_NUMBERS,
        ("eventDate", FieldError::Required | FieldError::Invalid) => "Choose the day of the event.",
        ("email", FieldError::Required) => "Enter your email address.",
        ("email", FieldError::Invalid) => "Enter an email address like name@example.com.",
        ("password" | "current", FieldError::Required) => "Enter your password.",
        ("role", FieldError::Required | FieldError::Invalid) => "Choose one of the two.",
        _ => any_field_error_text(error),
    }
}

const AMOUNT_IN_NUMBERS: &str = "Enter the fee in numbers, like 45,000.";

fn any_field_error_text(error: FieldError) -> &'static str {
    match error {
        FieldError::Required => "Please fill this in.",
        FieldError::Invalid => "This isn't in the right form. Check it for typing mistakes.",
        FieldError::TooLong => "This is too long. Please shorten it.",
        FieldError::TooShort => "This is too short. Make it longer.",
        FieldError::PasswordTooCommon => "This password is too common. Choose another.",
        FieldError::WrongPassword => "That isn't your password. Check it and try again.",
        FieldError::TokenInvalid => "This link was used before, or has expired. Get a new one.",
        FieldError::OutOfRange => "This number is out of range.",
        FieldError::Invisible => "Use at least one character that can be seen.",
        FieldError::HiddenCharacters => "This has characters that can't be seen. Type it again instead of pasting it.",
        FieldError::TooManyMarks => "Some letters here have too many marks. Take some away.",
        FieldError::NameReserved => "This name is kept for the people who run Greenroom. Choose another.",
        FieldError::AmountInvalid => AMOUNT_IN_NUMBERS,
        FieldError::CurrencyUnknown => "There is no such currency. Use a code like KES.",
        FieldError::DatePast => "This day is over. Choose today or a later day.",
        FieldError::DateTooFar => "Choose a day within the next five years.",
        FieldError::BodyEmpty => "Write something first.",
        FieldError::BodyTooLong => "This message is too long. Send it in two.",
        FieldError::BodyInvalid => "This text has a character that can't be sent.",
    }
}
