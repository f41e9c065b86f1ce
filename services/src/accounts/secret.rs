use crate::{Error, Result};
use sha2::{Digest, Sha256};

/// A secret that opens something: 256 bits, in hex.
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn generate() -> Result<Self> {
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret).map_err(Error::internal)?;
        Ok(Self(secret.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// As the database knows it.
    pub(crate) fn hash(&self) -> Vec<u8> {
        token_hash(&self.0)
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// The database knows a secret by its hash alone. Looking it up by that hash leaks nothing through timing:
/// to steer the hash, one would have to know the secret.
pub(crate) fn token_hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
