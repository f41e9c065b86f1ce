//! Passwords that people choose, and an estimate of their strength.

use crate::api_error::FieldError;
use std::fmt;

/// Minimum length of a password, in characters (Unicode scalar values).
pub const PASSWORD_MIN: usize = 8;
/// Maximum length of a password, in characters (Unicode scalar values).
pub const PASSWORD_LIMIT: usize = 256;

/// A new password of [`PASSWORD_MIN`] to [`PASSWORD_LIMIT`] characters of any kind. Only the server checks whether
/// it is one of the most common.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPassword(String);

impl NewPassword {
    /// Checks the length. Doesn't trim: white space is part of the password.
    pub fn parse(input: Option<&str>) -> Result<Self, FieldError> {
        let text = input.unwrap_or_default();
        match text.chars().count() {
            0 => Err(FieldError::Required),
            1..PASSWORD_MIN => Err(FieldError::TooShort),
            PASSWORD_MIN..=PASSWORD_LIMIT => Ok(Self(text.to_owned())),
            _ => Err(FieldError::TooLong),
        }
    }

    /// Returns the password exactly as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Prints no password, because passwords don't belong in logs.
impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

/// Estimated strength of a password, for the hint beside the field. A rough measure without a dictionary: length
/// counts most, as it does for an attacker who guesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PasswordStrength {
    /// Too short to be accepted.
    TooShort,
    /// Accepted, but soon guessed.
    Weak,
    /// Resists guessing over the network.
    Fair,
    /// Also resists guessing against a stolen hash, which no rate limit slows down.
    Strong,
}

impl PasswordStrength {
    /// Estimates the strength of the text typed so far, from its length and its number of different characters.
    pub fn estimate(typed: &str) -> Self {
        let mut different: Vec<char> = typed.chars().collect();
        let length = different.len();
        different.sort_unstable();
        different.dedup();
        match (length, different.len()) {
            (..PASSWORD_MIN, _) => PasswordStrength::TooShort,
            (16.., 8..) => PasswordStrength::Strong,
            (12.., 6..) => PasswordStrength::Fair,
            (10.., 8..) => PasswordStrength::Fair,
            _ => PasswordStrength::Weak,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_length_is_checked_and_debug_redacted() {
        assert_eq!(NewPassword::parse(None), Err(FieldError::Required));
        assert_eq!(NewPassword::parse(Some("seven77")), Err(FieldError::TooShort));
        assert_eq!(NewPassword::parse(Some(&"é".repeat(257))), Err(FieldError::TooLong));
        assert!(NewPassword::parse(Some(&"é".repeat(256))).is_ok());
        let spaced = NewPassword::parse(Some("  spaces  ")).expect("a password");
        assert_eq!((spaced.as_str(), format!("{spaced:?}").as_str()), ("  spaces  ", "NewPassword(…)"));
    }

    #[test]
    fn strength_grows_with_length_and_variety() {
        assert_eq!(PasswordStrength::estimate("short"), PasswordStrength::TooShort);
        assert_eq!(PasswordStrength::estimate("aaaaaaaaaaaaaaaaaaaa"), PasswordStrength::Weak);
        assert_eq!(PasswordStrength::estimate("nairobi2026"), PasswordStrength::Fair);
        assert_eq!(PasswordStrength::estimate("matatu rain velvet drum"), PasswordStrength::Strong);
    }
}
