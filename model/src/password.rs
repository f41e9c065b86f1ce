//! Passwords, as people choose them.

use crate::api_error::FieldError;
use std::fmt;

/// The fewest characters a password may have.
pub const PASSWORD_MIN: usize = 8;
/// The most characters a password may have.
pub const PASSWORD_LIMIT: usize = 256;

/// A password that may be chosen: [`PASSWORD_MIN`] to [`PASSWORD_LIMIT`] characters, any of them. Whether
/// it is among the commonest, the server looks up.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPassword(String);

impl NewPassword {
    /// Checks the length. Nothing is trimmed: what was typed is the password.
    pub fn parse(input: Option<&str>) -> Result<Self, FieldError> {
        let text = input.unwrap_or_default();
        match text.chars().count() {
            0 => Err(FieldError::Required),
            1..PASSWORD_MIN => Err(FieldError::TooShort),
            PASSWORD_MIN..=PASSWORD_LIMIT => Ok(Self(text.to_owned())),
            _ => Err(FieldError::TooLong),
        }
    }

    /// The password.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Passwords don't belong in logs.
impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

/// How well a password holds, for a hint beside the field. A rough measure that needs no dictionary: length
/// counts most, as it does for whoever guesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PasswordStrength {
    /// Too short to be taken.
    TooShort,
    /// Taken, but soon guessed.
    Weak,
    /// Holds against guessing over the network.
    Fair,
    /// Holds.
    Strong,
}

impl PasswordStrength {
    /// Measures what was typed so far.
    pub fn of(typed: &str) -> Self {
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
        assert_eq!(PasswordStrength::of("short"), PasswordStrength::TooShort);
        assert_eq!(PasswordStrength::of("aaaaaaaaaaaaaaaaaaaa"), PasswordStrength::Weak);
        assert_eq!(PasswordStrength::of("nairobi2026"), PasswordStrength::Fair);
        assert_eq!(PasswordStrength::of("matatu rain velvet drum"), PasswordStrength::Strong);
    }
}
