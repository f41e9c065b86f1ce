use super::{
    Password,
    hash_queue::{HashQueue, Permit, Requester},
    password_strength::{KnownWords, is_guessable},
};
use crate::{Error, Limits, Result};
use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use model::{
    ApiError, FieldError, NewPassword,
    password::{PASSWORD_LIMIT, PASSWORD_MIN},
};
use std::{sync::Arc, thread::available_parallelism};
use unicode_normalization::UnicodeNormalization;

/// Argon2id with OWASP's parameters: 19,456 KiB, two passes, one lane.
/// <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>
pub(crate) const PASSWORD_HASH_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Upper bound of concurrent hashes, whatever the setting says.
const MAX_CONCURRENT_HASHES: usize = 1_024;
/// Requests that may wait for each concurrent hash or estimate: about two seconds of hashing.
const QUEUE_PER_HASH: usize = 64;

/// Hashes passwords on blocking threads with limited concurrency, so that a burst of sign-ins neither exhausts memory
/// nor delays the event streams.
pub(crate) struct PasswordHasher {
    argon2: Argon2<'static>,
    queue: Arc<HashQueue>,
    /// Estimating a password's strength can take longer than hashing it. Its own queue keeps people who choose a
    /// password from delaying sign-ins.
    estimates: Arc<HashQueue>,
    /// Host and port of the site's public URL.
    host: String,
    /// Verified if there is no account, so that the response takes as long.
    dummy_hash: String,
}

/// The result of verifying a password against a stored hash.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum VerifyOutcome {
    /// The password doesn't match, or there is no account.
    Mismatch,
    /// The password matches.
    Match,
    /// The password matches a hash of old parameters or of an unnormalised password. Holds the hash to store instead.
    Outdated(String),
}

impl PasswordHasher {
    pub(crate) fn new(limits: &Limits, public_url: &str) -> Result<Self> {
        let (_, host) = public_url.split_once("://").unwrap_or(("", public_url));
        let host = host.split('/').next().unwrap_or_default().to_owned();
        let params = Params::new(limits.password_hash_kib, PASSES, LANES, None).map_err(Error::internal)?;
        Self::with_params(params, limits.max_concurrent_password_hashes, host)
    }

    fn with_params(params: Params, concurrency: usize, host: String) -> Result<Self> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let dummy_hash = hash_with(&argon2, &uuid::Uuid::now_v7().to_string())?;
        let concurrency = concurrency.min(MAX_CONCURRENT_HASHES);
        let cores = available_parallelism().map_or(1, usize::from);
        Ok(Self {
            argon2,
            queue: HashQueue::new("passwords", concurrency, QUEUE_PER_HASH * concurrency),
            estimates: HashQueue::new("password_estimates", cores, QUEUE_PER_HASH * cores),
            host,
            dummy_hash,
        })
    }

    pub(crate) async fn hash(&self, requester: Requester, password: &NewPassword) -> Result<String> {
        let (argon2, password) = (self.argon2.clone(), normalize(password.as_str()));
        run_blocking(self.acquire_permit(requester).await?, move || hash_with(&argon2, &password)).await?
    }

    /// Hashes a new password after checking its length and strength for a person with this name and address. All new
    /// passwords pass here: from registration, mailed links and the settings.
    ///
    /// # Errors
    /// `Invalid` if it was breached, is among the commonest, or consists of public words: the name, the address, the
    /// site. `RateLimited`.
    pub(crate) async fn hash_chosen(
        &self,
        requester: Requester,
        password: &NewPassword,
        name: &str,
        email: &str,
    ) -> Result<String> {
        let normal = normalize(password.as_str());
        match normal.chars().count() {
            ..PASSWORD_MIN => return Err(Error::for_field("password", FieldError::TooShort)),
            PASSWORD_MIN..=PASSWORD_LIMIT => {}
            _ => return Err(Error::for_field("password", FieldError::TooLong)),
        }
        let known = KnownWords::new(&self.host, name, email);
        let permit = self.estimates.acquire(requester).await?;
        if run_blocking(permit, move || is_guessable(&normal, &known)).await? {
            return Err(ApiError::for_field("password", FieldError::PasswordTooCommon).into());
        }
        self.hash(requester, password).await
    }

    /// Waits for a permit to hash.
    ///
    /// # Errors
    /// `RateLimited` if the queue is full: the wait would outlast the person's patience, and would be for nothing if
    /// the queue consists of guesses.
    pub(crate) async fn acquire_permit(&self, requester: Requester) -> Result<Permit> {
        self.queue.acquire(requester).await
    }

    /// Returns whether the password is right. Without an account it returns false after the same time.
    pub(crate) async fn verify(&self, permit: Permit, password: Password, stored: Option<String>) -> Result<bool> {
        Ok(self.verify_to_sign_in(permit, password, stored).await? != VerifyOutcome::Mismatch)
    }

    /// Like [`verify`](Self::verify), and also returns a new hash if the stored one has other parameters or is of the
    /// unnormalised password.
    pub(crate) async fn verify_to_sign_in(
        &self,
        permit: Permit,
        password: Password,
        stored: Option<String>,
    ) -> Result<VerifyOutcome> {
        let argon2 = self.argon2.clone();
        // An account after a registration conflict has an empty hash, which no password matches.
        let stored = stored.filter(|stored| !stored.is_empty());
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.dummy_hash.clone());
        run_blocking(permit, move || {
            let stored = PasswordHash::new(&stored).map_err(|_| Error::corrupt("password hash"))?;
            let raw = password.0;
            let nfc = normalize(&raw);
            let matches_hash = |typed: &str| argon2.verify_password(typed.as_bytes(), &stored).is_ok();
            // The second comparison depends only on the typed text, so its time says nothing about the account.
            let is_correct = matches_hash(&nfc);
            let is_correct_raw = raw != nfc && matches_hash(&raw);
            match known && (is_correct || is_correct_raw) {
                true if is_correct_raw || is_outdated(&argon2, &stored) => {
                    Ok(VerifyOutcome::Outdated(hash_with(&argon2, &nfc)?))
                }
                true => Ok(VerifyOutcome::Match),
                false => Ok(VerifyOutcome::Mismatch),
            }
        })
        .await?
    }
}

async fn run_blocking<T: Send + 'static>(permit: Permit, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(move || {
        let result = work();
        drop(permit);
        result
    });
    done.await.map_err(Error::internal)
}

fn hash_with(argon2: &Argon2<'_>, password: &str) -> Result<String> {
    Ok(argon2.hash_password(password.as_bytes()).map_err(Error::internal)?.to_string())
}

/// Returns the NFC form: one keyboard writes é as one character, another as two.
fn normalize(password: &str) -> String {
    password.nfc().collect()
}

fn is_outdated(argon2: &Argon2<'_>, stored: &PasswordHash) -> bool {
    let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
    let same = Params::try_from(stored).is_ok_and(|params| cost(&params) == cost(argon2.params()));
    !same || stored.algorithm != ARGON2ID_IDENT || stored.version != Some(Version::V0x13.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUESTER: Requester = Requester::Network(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

    const NFC: &str = "café ya asubuhi";
    const NFD: &str = "cafe\u{301} ya asubuhi";

    fn hasher(memory: u32) -> PasswordHasher {
        PasswordHasher::with_params(Params::new(memory, 1, 1, None).expect("parameters"), 1, String::new())
            .expect("a hasher")
    }

    async fn verify(hasher: &PasswordHasher, typed: &str, stored: &str) -> VerifyOutcome {
        let permit = hasher.acquire_permit(REQUESTER).await.expect("a permit");
        hasher
            .verify_to_sign_in(permit, Password::new(typed.to_owned()), Some(stored.to_owned()))
            .await
            .expect("compared")
    }

    #[tokio::test]
    async fn a_hash_of_outdated_parameters_is_replaced() {
        let (old, new) = (hasher(8), hasher(16));
        let chosen = NewPassword::parse(Some("matatu rain velvet")).expect("a password");
        let stored = old.hash(REQUESTER, &chosen).await.expect("a hash");
        let VerifyOutcome::Outdated(again) = verify(&new, chosen.as_str(), &stored).await else {
            panic!("not outdated")
        };
        assert_eq!(verify(&new, chosen.as_str(), &again).await, VerifyOutcome::Match);
        assert_eq!(verify(&new, "another", &stored).await, VerifyOutcome::Mismatch);
        assert_eq!(verify(&new, "another", "").await, VerifyOutcome::Mismatch);
    }

    #[tokio::test]
    async fn passwords_are_hashed_in_normal_form() {
        let hasher = hasher(8);
        for chosen in [NFC, NFD] {
            let stored =
                hasher.hash(REQUESTER, &NewPassword::parse(Some(chosen)).expect("a password")).await.expect("a hash");
            for typed in [NFC, NFD] {
                assert_eq!(verify(&hasher, typed, &stored).await, VerifyOutcome::Match);
            }
        }
        // A hash from before passwords were normalised.
        let raw = hash_with(&hasher.argon2, NFD).expect("a hash");
        assert_eq!(verify(&hasher, NFC, &raw).await, VerifyOutcome::Mismatch);
        assert!(matches!(verify(&hasher, NFD, &raw).await, VerifyOutcome::Outdated(_)));
    }

    #[tokio::test]
    async fn password_length_counts_normalized_characters() {
        let short = NewPassword::parse(Some(&"e\u{301}".repeat(4))).expect("eight characters as sent");
        let refused =
            hasher(8).hash_chosen(REQUESTER, &short, "", "").await.expect_err("four characters").into_api_error();
        assert_eq!(refused.field_error("password"), Some(FieldError::TooShort));
        // NFC has two characters for each of these.
        let long = NewPassword::parse(Some(&"\u{958}".repeat(129))).expect("129 characters as sent");
        let refused =
            hasher(8).hash_chosen(REQUESTER, &long, "", "").await.expect_err("258 characters").into_api_error();
        assert_eq!(refused.field_error("password"), Some(FieldError::TooLong), "sign-in would never accept it");
    }

    #[tokio::test]
    async fn a_stored_password_over_the_normalized_limit_verifies() {
        let (hasher, chosen) = (hasher(8), "\u{958}".repeat(129));
        let stored = hasher.hash(REQUESTER, &NewPassword::parse(Some(&chosen)).expect("a password")).await;
        assert_eq!(verify(&hasher, &chosen, &stored.expect("a hash")).await, VerifyOutcome::Match);
    }

    #[tokio::test]
    async fn a_refused_password_needs_no_hash_permit() {
        let hasher = hasher(8);
        let _all = hasher.acquire_permit(REQUESTER).await.expect("the only permit");
        let common = NewPassword::parse(Some("password123")).expect("a password");
        let refused = hasher.hash_chosen(REQUESTER, &common, "", "").await.expect_err("common").into_api_error();
        assert_eq!(refused.field_error("password"), Some(FieldError::PasswordTooCommon));
    }
}
