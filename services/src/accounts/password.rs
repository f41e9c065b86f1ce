use super::Password;
use crate::{Error, Result};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use std::{sync::Arc, thread::available_parallelism};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Argon2id with OWASP's parameters: 19,456 KiB, two passes, one lane.
/// <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes passwords away from the async threads, on half the cores at most, so that a storm of sign-ins
/// costs neither all memory nor the streams their turn.
pub(crate) struct PasswordHasher {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    /// What a password is compared with where there is no account, so that it takes as long.
    nobody: String,
}

/// The right to hash one password.
pub(crate) struct Turn(#[allow(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl PasswordHasher {
    pub(crate) fn new() -> Result<Self> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Error::broken)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, &uuid::Uuid::now_v7().to_string())?;
        let cores = available_parallelism().map_or(1, |cores| usize::from(cores).div_ceil(2));
        Ok(Self { argon2, turns: Arc::new(Semaphore::new(cores)), nobody })
    }

    pub(crate) async fn hash(&self, password: Password) -> Result<String> {
        let argon2 = self.argon2.clone();
        in_turn(self.turn().await?, move || hash(&argon2, &password.0)).await?
    }

    /// Waits for a turn to hash.
    pub(crate) async fn turn(&self) -> Result<Turn> {
        self.turns.clone().acquire_owned().await.map(Turn).map_err(Error::broken)
    }

    /// Whether the password is right; always false, and as slow, where there is no account.
    pub(crate) async fn verify(&self, turn: Turn, password: Password, stored: Option<String>) -> Result<bool> {
        let argon2 = self.argon2.clone();
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        in_turn(turn, move || {
            let stored = PasswordHash::new(&stored).map_err(|_| Error::stored("password hash"))?;
            Ok(argon2.verify_password(password.0.as_bytes(), &stored).is_ok() && known)
        })
        .await?
    }
}

async fn in_turn<T: Send + 'static>(turn: Turn, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(move || {
        let result = work();
        drop(turn);
        result
    });
    done.await.map_err(Error::broken)
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<String> {
    Ok(argon2.hash_password(password.as_bytes()).map_err(Error::broken)?.to_string())
}
