use model::{LookupEmail, NewPassword, password::PASSWORD_LIMIT};
use unicode_normalization::UnicodeNormalization;

/// The address and password of a sign-in, as typed.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The address; `None` if the typed text can't be one. The response is that for an unknown address.
    pub email: Option<LookupEmail>,
    /// The password as typed.
    pub password: Password,
}

/// A password as typed. `Debug` doesn't print it.
#[derive(Clone)]
pub struct Password(pub(super) String);

impl Password {
    /// Accepts any text. One too long to be a password becomes empty, so that no megabytes are hashed to find it wrong.
    ///
    /// The limit applies to the text as typed or to its NFC form, whichever is shorter, because passwords have been
    /// accepted by both measures.
    pub fn new(typed: String) -> Self {
        let is_valid_length = typed.chars().count() <= PASSWORD_LIMIT || typed.nfc().count() <= PASSWORD_LIMIT;
        Self(if is_valid_length { typed } else { String::new() })
    }
}

impl From<NewPassword> for Password {
    fn from(chosen: NewPassword) -> Self {
        Self(chosen.as_str().to_owned())
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}
