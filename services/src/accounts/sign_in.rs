use super::{
    AttemptKey, Credentials, Viewer, device_cookies,
    hash_queue::{Permit, Requester},
    known_device::record_known_device,
    password::VerifyOutcome,
    person::{lock_person, user_of},
    registration::{select_by_lookup, unchanged_person},
    secret::Secret,
    security_log::{SecurityEvent, Subject},
    sessions::{NewSession, evict_oldest},
    viewer::SessionScope,
};
use crate::{Error, Greenroom, Result, entity::person, network_of};
use model::{ApiError, LookupEmail, PersonId, Timestamp, User};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use std::net::IpAddr;

/// The result of a sign-in: a new session.
#[derive(Debug)]
pub struct SignInResult {
    /// The person who signed in, as they see themselves.
    pub user: User,
    /// The secret for the cookie. Returned only here; the database stores its hash.
    pub token: String,
    /// When the session ends unless it is used again.
    pub expires_at: Timestamp,
}

/// The source of a sign-in request.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The client's IP address.
    pub address: IpAddr,
    /// The value of the browser's session cookie, even if that session has ended: it proves that the browser signed in
    /// before.
    pub cookie: Option<String>,
}

impl From<IpAddr> for Origin {
    fn from(address: IpAddr) -> Self {
        Self { address, cookie: None }
    }
}

impl Greenroom {
    /// Verifies credentials and begins a session.
    ///
    /// # Errors
    /// `InvalidCredentials` for a wrong password or, after the same time, an unknown address; `EmailUnverified`;
    /// `RateLimited` after too many failures for the account from this network or device, for the account from
    /// everywhere, or from this IP address.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn sign_in(
        &self,
        credentials: Credentials,
        origin: impl Into<Origin>,
        user_agent: &str,
    ) -> Result<SignInResult> {
        let origin = origin.into();
        let from = origin.address;
        let attempt = self.start_attempt(credentials.email.as_ref(), origin).await?;
        attempt.check()?;
        // Charges the limits when hashing starts and refunds them on success, so that many sign-ins at once don't
        // exhaust them.
        let permit = self.accounts.hasher.acquire_permit(Requester::Network(attempt.network)).await?;
        attempt.charge()?;
        // An internal error doesn't count as a failed sign-in.
        let outcome = self.verify_credentials(permit, &credentials).await.inspect_err(|_| attempt.undo())?;
        let (known, rehashed) = match outcome {
            CredentialCheck::Valid(known, rehashed) => (*known, rehashed),
            CredentialCheck::Invalid(account) => {
                let email = credentials.email.as_ref().map(LookupEmail::canonical);
                let subject = || account.map_or(Subject::Unknown(email), Subject::Person);
                self.log_security(SecurityEvent::SignInFailed, subject(), Some(from)).await;
                if attempt.is_limited() {
                    self.log_security(SecurityEvent::SignInLimited, subject(), Some(from)).await;
                    attempt.warn_owner();
                }
                return Err(ApiError::InvalidCredentials.into());
            }
        };
        if !known.email_verified {
            // No refund: any client can create an unconfirmed account, and could test its password without limit.
            self.log_security(SecurityEvent::SignInUnverified, PersonId(known.id), Some(from)).await;
            return Err(ApiError::EmailUnverified.into());
        }
        attempt.refund();
        let new = NewSession::by_password(PersonId(known.id), user_agent);
        let signed_in = match self.begin_session(known, rehashed, new, from).await? {
            SessionStart::Session(signed_in) => signed_in,
            SessionStart::HashChanged(row) => self.sign_in_again(*row, &credentials, user_agent, from).await?,
        };
        self.log_security(SecurityEvent::SignedIn, signed_in.user.id, Some(from)).await;
        Ok(signed_in)
    }

    /// Verifies the password again because another hash was stored since the first comparison. It may be of the same
    /// password, if a concurrent sign-in replaced an outdated hash. Takes the row as read in the transaction: on
    /// SQLite, a reader may not see it yet.
    async fn sign_in_again(
        &self,
        row: person::Model,
        credentials: &Credentials,
        user_agent: &str,
        from: IpAddr,
    ) -> Result<SignInResult> {
        let permit = self.accounts.hasher.acquire_permit(Requester::Network(network_of(from))).await?;
        let (password, stored) = (credentials.password.clone(), Some(row.password_hash.clone()));
        let rehashed = match self.accounts.hasher.verify_to_sign_in(permit, password, stored).await? {
            VerifyOutcome::Match => None,
            VerifyOutcome::Outdated(hash) => Some(hash),
            VerifyOutcome::Mismatch => return Err(ApiError::InvalidCredentials.into()),
        };
        let new = NewSession::by_password(PersonId(row.id), user_agent);
        match self.begin_session(row, rehashed, new, from).await? {
            SessionStart::Session(signed_in) => Ok(signed_in),
            SessionStart::HashChanged(_) => Err(ApiError::InvalidCredentials.into()),
        }
    }

    /// Begins a session without a password, in the browser that registered the account and has just confirmed its
    /// address. Returns `None` if the password was changed since the row was read.
    pub(super) async fn begin_first_session(
        &self,
        row: person::Model,
        user_agent: &str,
        from: IpAddr,
    ) -> Result<Option<SignInResult>> {
        let new = NewSession::by_link(PersonId(row.id), user_agent);
        let SessionStart::Session(signed_in) = self.begin_session(row, None, new, from).await? else { return Ok(None) };
        self.log_security(SecurityEvent::SignedIn, signed_in.user.id, Some(from)).await;
        Ok(Some(signed_in))
    }

    /// Ends the session that a browser had before it signed in. If it was another person's, an open page would keep
    /// showing that person and act as the new one; if it was the same person's, it would live on without a cookie.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_previous_session(&self, before: Option<&Viewer>) -> Result<()> {
        let Some(before) = before.filter(|before| before.scope == SessionScope::Full) else { return Ok(()) };
        match self.sign_out(before).await {
            // It has already ended.
            Err(Error::Api(ApiError::Unauthenticated)) => Ok(()),
            ended => ended,
        }
    }

    async fn start_attempt(&self, email: Option<&LookupEmail>, origin: Origin) -> Result<Attempt<'_>> {
        let network = network_of(origin.address);
        let device = match email {
            Some(email) => self.known_device_hash(email, origin.cookie.as_deref()).await?,
            None => None,
        };
        Ok(Attempt { greenroom: self, account: email.cloned(), network, device })
    }

    async fn verify_credentials(
        &self,
        permit: Permit,
        Credentials { email, password }: &Credentials,
    ) -> Result<CredentialCheck> {
        let found = match email {
            Some(email) => select_by_lookup(email).one(self.store.reader()).await?,
            None => None,
        };
        let stored = found.as_ref().map(|row| row.password_hash.clone());
        let account = found.as_ref().map(|row| PersonId(row.id));
        Ok(match (self.accounts.hasher.verify_to_sign_in(permit, password.clone(), stored).await?, found) {
            (VerifyOutcome::Match, Some(row)) => CredentialCheck::Valid(Box::new(row), None),
            (VerifyOutcome::Outdated(hash), Some(row)) => CredentialCheck::Valid(Box::new(row), Some(hash)),
            _ => CredentialCheck::Invalid(account),
        })
    }

    async fn begin_session(
        &self,
        row: person::Model,
        rehashed: Option<String>,
        new: NewSession<'_>,
        from: IpAddr,
    ) -> Result<SessionStart> {
        let secret = Secret::generate()?;
        let tx = self.store.write().await?;
        let now = lock_person(&tx, new.person).await?;
        if now.password_hash != row.password_hash {
            tx.rollback().await;
            return Ok(SessionStart::HashChanged(Box::new(now)));
        }
        if !now.email_verified {
            return Err(ApiError::InvalidCredentials.into());
        }
        if let Some(hash) = rehashed {
            person::ActiveModel { password_hash: Set(hash), ..unchanged_person(row.id) }.update(&tx).await?;
        }
        let is_new_device =
            record_known_device(&tx, &row, new.user_agent, from, &self.mail.links, &self.limits, self.now()).await?;
        evict_oldest(&tx, new.person).await?;
        let session = self.store_session(&tx, &secret, new).await?;
        device_cookies::record_device(&tx, &session).await?;
        tx.commit().await?;
        if is_new_device {
            self.mail.queued.notify_one();
        }
        let expires_at = Timestamp::from_millis(session.expires_at);
        Ok(SessionStart::Session(SignInResult { user: user_of(row)?, token: secret.into_text(), expires_at }))
    }
}

/// The result of starting a session after the password was verified.
enum SessionStart {
    Session(SignInResult),
    /// Another password hash was stored since the row was read. Holds the current row.
    HashChanged(Box<person::Model>),
}

/// The result of verifying credentials.
enum CredentialCheck {
    /// The person's row, and a new hash if the stored one is outdated.
    Valid(Box<person::Model>, Option<String>),
    /// The account with this address, if there is one.
    Invalid(Option<PersonId>),
}

/// One sign-in attempt. A failure counts for the account and network, for the account alone, and for the network alone.
/// On a device that signed in to the account before, it counts for that device only, so that strangers who guess don't
/// lock out the owner.
struct Attempt<'a> {
    greenroom: &'a Greenroom,
    account: Option<LookupEmail>,
    network: IpAddr,
    device: Option<Vec<u8>>,
}

impl Attempt<'_> {
    fn attempt_key(&self) -> Option<AttemptKey> {
        let by_device = self.device.clone().map(AttemptKey::Device);
        by_device.or_else(|| Some(AttemptKey::Network(self.account.as_ref()?.canonical().to_owned(), self.network)))
    }

    /// Returns the account, unless it was signed in to on this device before.
    fn account_unless_known_device(&self) -> Option<&str> {
        self.account.as_ref().filter(|_| self.device.is_none()).map(LookupEmail::canonical)
    }

    fn check(&self) -> std::result::Result<(), ApiError> {
        if self.device.is_none() {
            self.greenroom.rate_limits.failures_per_network.check(self.network)?;
        }
        self.account_unless_known_device().map_or(Ok(()), |account| self.greenroom.accounts.lockout.check(account))?;
        self.attempt_key()
            .map_or(Ok(()), |attempt_key| self.greenroom.rate_limits.failures_per_account.check(attempt_key))
    }

    fn charge(&self) -> std::result::Result<(), ApiError> {
        // Checks again: other attempts may have failed while this one waited for its permit.
        self.check()?;
        if let Some(attempt_key) = self.attempt_key() {
            self.greenroom.rate_limits.sign_ins.acquire(attempt_key.clone())?;
            self.greenroom
                .rate_limits
                .failures_per_account
                .acquire(attempt_key)
                .inspect_err(|_| self.refund_sign_in())?;
        }
        if self.device.is_none() {
            let refund = |_: &_| {
                self.refund_account_failure();
                self.refund_sign_in();
            };
            self.greenroom.rate_limits.failures_per_network.acquire(self.network).inspect_err(refund)?;
        }
        self.account_unless_known_device()
            .into_iter()
            .for_each(|account| self.greenroom.accounts.lockout.charge(account));
        Ok(())
    }

    /// Refunds all charges, because no password was tried.
    fn undo(&self) {
        self.refund();
        self.refund_sign_in();
    }

    /// Refunds the charges that count failures.
    fn refund(&self) {
        self.refund_account_failure();
        if self.device.is_none() {
            self.greenroom.rate_limits.failures_per_network.refund(&self.network);
        }
        self.account_unless_known_device()
            .into_iter()
            .for_each(|account| self.greenroom.accounts.lockout.refund(account));
    }

    fn refund_account_failure(&self) {
        self.attempt_key()
            .into_iter()
            .for_each(|attempt_key| self.greenroom.rate_limits.failures_per_account.refund(&attempt_key));
    }

    fn refund_sign_in(&self) {
        self.attempt_key().into_iter().for_each(|attempt_key| self.greenroom.rate_limits.sign_ins.refund(&attempt_key));
    }

    /// Returns whether a limit on failures is reached.
    fn is_limited(&self) -> bool {
        let is_over_limit = self
            .attempt_key()
            .is_some_and(|attempt_key| self.greenroom.rate_limits.failures_per_account.check(attempt_key).is_err());
        let is_under_attack = self
            .account_unless_known_device()
            .is_some_and(|account| self.greenroom.accounts.lockout.is_under_attack(account));
        is_over_limit || is_under_attack
    }

    fn warn_owner(self) {
        if let Some(account) = self.account {
            self.greenroom.warn_owner(account);
        }
    }
}
