//! Why something was not done, and what to do.

use super::{BROKEN, BROKEN_LEAD, OTHER_PERSON_LEAD, STORAGE_FULL};
use model::{Fault, Refusal};

/// What to tell somebody whose request was refused.
pub fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Unauthenticated => "You were signed out. Sign in to go on.".to_owned(),
        Refusal::InvalidCredentials => "That email and password don't match. Check both and try again.".to_owned(),
        Refusal::EmailUnverified => "Confirm your email address first: open the link in the mail we sent.".to_owned(),
        Refusal::OtherPerson => OTHER_PERSON_LEAD.to_owned(),
        Refusal::WrongRole => "This isn't open to your kind of account.".to_owned(),
        Refusal::NotFound => "That isn't here any more.".to_owned(),
        Refusal::InsufficientScope => "This access token may only read.".to_owned(),
        Refusal::SessionRequired => "Sign in with your password for this.".to_owned(),
        Refusal::WrongStatus => "This booking has moved on meanwhile. Have another look.".to_owned(),
        Refusal::PasswordRequired => "Enter your password once more for this.".to_owned(),
        Refusal::RoleFixed => "You have bookings, so your account type stays as it is.".to_owned(),
        Refusal::ClientIdReused => "This form was sent before. Write the message again.".to_owned(),
        Refusal::RateLimited { retry_after } => format!("That was a lot at once. Try again {}.", after(*retry_after)),
        Refusal::InquiryLimit { retry_after } => {
            format!("You have sent as many requests as fit in a day. Send this one {}.", after(*retry_after))
        }
        Refusal::OpenInquiryLimit { .. } => {
            "This person hasn't answered your earlier requests yet. Wait for a reply, or \
                                             cancel one of them, then send this one."
                .to_owned()
        }
        Refusal::TooManyStreams => "Greenroom is open in too many places. Close some tabs.".to_owned(),
        Refusal::Unavailable | Refusal::Internal => format!("{BROKEN}. {BROKEN_LEAD}"),
        Refusal::StorageFull => STORAGE_FULL.to_owned(),
        Refusal::Invalid { fields } => match fields.values().next() {
            Some(first) if fields.len() == 1 => fault(*first).to_owned(),
            _ => "Some fields need another look.".to_owned(),
        },
    }
}

fn after(seconds: u64) -> String {
    match seconds {
        ..=1 => "in a second".to_owned(),
        2..=90 => format!("in {seconds} seconds"),
        91..=5_400 => format!("in {} minutes", seconds.div_ceil(60)),
        _ => format!("in {} hours", seconds.div_ceil(3_600)),
    }
}

/// What is wrong with a field, and what to do.
pub fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Required => "Please fill this in.",
        Fault::Invalid => "This doesn't look right. Check it and try again.",
        Fault::TooLong => "This is too long. Please shorten it.",
        Fault::TooShort => "This is too short. Make it longer.",
        Fault::PasswordTooCommon => "Many people use this password, so it is tried first. Choose another.",
        Fault::WrongPassword => "That isn't your password. Check it and try again.",
        Fault::TokenInvalid => "This link was used before, or has run out. Ask for a new one.",
        Fault::OutOfRange => "This number is out of range.",
        Fault::Invisible => "Use at least one character that can be seen.",
        Fault::HiddenCharacters => "This has characters that can't be seen. Type it again instead of pasting it.",
        Fault::TooManyMarks => "Some letters here have too many marks. Take some away.",
        Fault::AmountInvalid => "Enter the fee in numbers, like 45,000.",
        Fault::CurrencyUnknown => "There is no such currency. Use a code like KES.",
        Fault::DatePast => "This day is over. Choose today or a later day.",
        Fault::DateTooFar => "Choose a day within the next five years.",
        Fault::BodyEmpty => "Write something first.",
        Fault::BodyTooLong => "This message is too long. Send it in two.",
        Fault::BodyInvalid => "This text has a character that can't be sent.",
    }
}
