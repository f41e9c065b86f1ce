use super::Password;
use crate::{Error, Result, measured};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use model::{Fault, NewPassword, Refusal};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zxcvbn::{
    Score,
    feedback::{Feedback, Warning},
    zxcvbn,
};

/// Argon2id with OWASP's parameters: 19,456 KiB, two passes, one lane.
/// <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The most that are hashed at once, whatever is set.
const AT_ONCE: usize = 1_024;
/// How many may wait for each that is hashed: about two seconds' worth.
const QUEUE_PER_TURN: usize = 64;
/// Seconds after which whoever found the queue full may try again.
const QUEUE_RETRY: u64 = 3;

/// Hashes passwords away from the async threads, a few at once, so that a storm of sign-ins
/// costs neither all memory nor the streams their turn.
pub(crate) struct PasswordHasher {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    /// Places to wait for a turn.
    queue: Semaphore,
    /// What a password is compared with where there is no account, so that it takes as long.
    nobody: String,
}

/// The right to hash one password.
pub(crate) struct Turn(#[allow(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl PasswordHasher {
    pub(crate) fn new(at_once: usize) -> Result<Self> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Error::broken)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, &uuid::Uuid::now_v7().to_string())?;
        // A semaphore can't count further, and no machine either.
        let at_once = at_once.min(AT_ONCE);
        let turns = Arc::new(Semaphore::new(at_once));
        Ok(Self { argon2, turns, queue: Semaphore::new(QUEUE_PER_TURN * at_once), nobody })
    }

    pub(crate) async fn hash(&self, password: &NewPassword) -> Result<String> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        in_turn(self.turn().await?, move || hash(&argon2, password.as_str())).await?
    }

    /// The same, unless the password is one of those that are tried first.
    pub(crate) async fn hash_uncommon(&self, password: &NewPassword) -> Result<String> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let hashed = in_turn(self.turn().await?, move || match is_common(password.as_str()) {
            true => Err(Refusal::field("password", Fault::PasswordTooCommon).into()),
            false => hash(&argon2, password.as_str()),
        });
        hashed.await?
    }

    /// Waits for a turn to hash. Refuses where too many wait already: whoever comes then would wait longer
    /// than anybody has patience, and in vain if the others are somebody guessing.
    pub(crate) async fn turn(&self) -> Result<Turn> {
        let Ok(_waiting) = self.queue.try_acquire() else {
            return Err(Refusal::RateLimited { retry_after: QUEUE_RETRY }.into());
        };
        measured::in_line("passwords", self.turns.clone().acquire_owned()).await.map(Turn).map_err(Error::broken)
    }

    /// Whether the password is right; always false, and as slow, where there is no account.
    pub(crate) async fn verify(&self, turn: Turn, password: Password, stored: Option<String>) -> Result<bool> {
        let argon2 = self.argon2.clone();
        // An account may have no password: then none is right.
        let stored = stored.filter(|stored| !stored.is_empty());
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

/// Whether it is one of the passwords that are tried first: on the list of the commonest, or found within a
/// thousand guesses.
fn is_common(password: &str) -> bool {
    let estimate = zxcvbn(password, &[]);
    let warning = estimate.feedback().and_then(Feedback::warning);
    let listed = matches!(
        warning,
        Some(Warning::ThisIsATop10Password | Warning::ThisIsATop100Password | Warning::ThisIsACommonPassword)
    );
    listed || estimate.score() == Score::Zero
}

#[cfg(test)]
mod tests {
    use super::is_common;

    #[test]
    fn what_everybody_chooses_is_common_and_a_sentence_is_not() {
        for common in ["password123", "12345678", "qwerty123", "P@ssw0rd", "aaaaaaaa", "sunshine1"] {
            assert!(is_common(common), "{common}");
        }
        for fine in ["greenroom-demo", "correct horse", "nairobi2026", &"a".repeat(256)] {
            assert!(!is_common(fine), "{fine}");
        }
    }
}
