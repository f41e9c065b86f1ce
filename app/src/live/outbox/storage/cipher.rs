//! Encrypts the stored data with a key that the server gives only to the person's sessions.
//!
//! XChaCha20-Poly1305 in WASM: Web Crypto is missing over plain HTTP, and is asynchronous, while a draft must be stored
//! before the next event. The storage key is authenticated too: data of one entry can't be decrypted under another.

use crate::browser;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use std::cell::RefCell;

/// The prefix of encrypted values.
const VERSION: &str = "1.";
/// XChaCha20's nonce size, in bytes.
const NONCE_BYTES: usize = 24;

thread_local! {
    static KEY: RefCell<Option<XChaCha20Poly1305>> = const { RefCell::new(None) };
}

/// Sets the key: 256 bits in hexadecimal. Returns whether it is valid.
pub(super) fn set_key(key: &str) -> bool {
    let cipher = from_hex(key).and_then(|key| XChaCha20Poly1305::new_from_slice(&key).ok());
    let unlocked = cipher.is_some();
    KEY.set(cipher);
    unlocked
}

/// Drops the key.
pub(super) fn forget_key() {
    KEY.set(None);
}

/// Returns whether a key is set.
pub(super) fn has_key() -> bool {
    KEY.with_borrow(Option::is_some)
}

/// Encrypts a text for storage under `name`. Returns `None` without a key.
pub(super) fn encrypt(name: &str, text: &str) -> Option<String> {
    let nonce: [u8; NONCE_BYTES] = browser::random_bytes();
    let payload = Payload { msg: text.as_bytes(), aad: name.as_bytes() };
    let sealed = KEY.with_borrow(|key| key.as_ref()?.encrypt(&XNonce::from(nonce), payload).ok())?;
    Some(format!("{VERSION}{}{}", to_hex(&nonce), to_hex(&sealed)))
}

/// Decrypts a value stored under `name`. Returns `None` if another key or name encrypted it, or if it was modified.
///
/// Values without the prefix come from an older version, which didn't encrypt. They are encrypted at the next write.
pub(super) fn decrypt(name: &str, stored: &str) -> Option<String> {
    let Some(sealed) = stored.strip_prefix(VERSION) else { return Some(stored.to_owned()) };
    let bytes = from_hex(sealed)?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
    let payload = Payload { msg: sealed, aad: name.as_bytes() };
    let text = KEY.with_borrow(|key| key.as_ref()?.decrypt(&XNonce::from(*nonce), payload).ok())?;
    String::from_utf8(text).ok()
}

// Not the crate that the server uses: it would add 1.6 kB to the program.
fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).map(|value| value as u8)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks_exact(2).map(|pair| (pair[0] << 4) | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_is_decoded_to_the_same_bytes() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(from_hex(&to_hex(&bytes)), Some(bytes));
        assert_eq!(from_hex("0"), None);
        assert_eq!(from_hex("zz"), None);
    }
}
