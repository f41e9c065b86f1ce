use crate::{Error, Result};
use sha2::{Digest, Sha256};

/// The secret of a session, access token or link: 256 random bits, in hexadecimal.
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn generate() -> Result<Self> {
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret).map_err(Error::internal)?;
        Ok(Self(hex::encode(secret)))
    }

    /// Returns the hash that the database stores.
    pub(crate) fn hash(&self) -> Vec<u8> {
        token_hash(&self.0)
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// Returns the SHA-256 hash of a secret; the database stores only this. Lookups by it leak nothing through timing: an
/// attacker would have to know the secret to choose its hash.
pub(crate) fn token_hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
