use super::{
    Credentials, SessionScope, Viewer, device_cookies,
    hash_queue::{Permit, Requester},
    known_device::note_device,
    password::VerifyOutcome,
    person::lock_person,
    registration::{by_lookup, unchanged_person},
    secret::Secret,
    security_log::{SecurityEvent, Subject},
    sessions::{NewSession, evict_oldest},
    user_of,
};
use crate::{Error, Greenroom, Result, entity::person};
use model::{ApiError, LookupEmail, PersonId, Timestamp, User};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use std::net::IpAddr;

/// A session that just began.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// The secret for the cookie. It is told this once and stored only as a hash.
    pub token: String,
    /// When the session ends unless it is used again.
    pub expires_at: Timestamp,
}

/// From where a request to sign in comes.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Its address.
    pub address: IpAddr,
    /// What stands in the browser's cookie, whether or not its session still lasts: it shows that the browser signed in
    /// before.
    pub cookie: Option<String>,
}

impl From<IpAddr> for Origin {
    fn from(address: IpAddr) -> Self {
        Self { address, cookie: None }
    }
}

impl Greenroom {
    /// Begins a session.
    ///
    /// # Errors
    /// `InvalidCredentials` for an unknown address as for a wrong password, in the same time;
    /// `EmailUnverified`; `RateLimited` after too many failures for the account from the network or the device, for the
    /// account from everywhere, or from the address.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn sign_in(
        &self,
        credentials: Credentials,
        origin: impl Into<Origin>,
        user_agent: &str,
    ) -> Result<SignedIn> {
        let origin = origin.into();
        let from = origin.address;
        let attempt = self.start_attempt(credentials.email.as_ref(), origin).await?;
        attempt.check()?;
        // Charges the limits when hashing starts and refunds them on success, so that many sign-ins at once don't
        // exhaust them.
        let permit = self.hasher.acquire_permit(Requester::Network(attempt.network)).await?;
        attempt.charge()?;
        // What fails for another reason is no failure of theirs.
        let checked = self.verify_credentials(permit, &credentials).await.inspect_err(|_| attempt.undo())?;
        let (known, rehashed) = match checked {
            CredentialCheck::Right(known, rehashed) => (*known, rehashed),
            CredentialCheck::Wrong(account) => {
                let email = credentials.email.as_ref().map(LookupEmail::canonical);
                let whom = || account.map_or(Subject::Unknown(email), Subject::Person);
                self.log_security(SecurityEvent::SignInFailed, whom(), Some(from)).await;
                if attempt.is_limited() {
                    self.log_security(SecurityEvent::SignInLimited, whom(), Some(from)).await;
                    attempt.warn_owner();
                }
                return Err(ApiError::InvalidCredentials.into());
            }
        };
        if !known.email_verified {
            // It isn't given back: anybody can make such an account, and try its password as often as they like.
            self.log_security(SecurityEvent::SignInUnverified, PersonId(known.id), Some(from)).await;
            return Err(ApiError::EmailUnverified.into());
        }
        attempt.refund();
        let signed_in = match self.begin_session(known, rehashed, user_agent, from).await? {
            SignInStart::Session(signed_in) => signed_in,
            SignInStart::HashChanged(row) => self.sign_in_again(*row, &credentials, user_agent, from).await?,
        };
        self.log_security(SecurityEvent::SignedIn, signed_in.user.id, Some(from)).await;
        Ok(signed_in)
    }

    /// Compares once more where another hash was stored since the comparison. It may be of the same password, where another
    /// sign-in at the same moment brought an outdated hash up to date. The row is compared as it was found in a transaction:
    /// on SQLite, a reader may not see it yet.
    async fn sign_in_again(
        &self,
        row: person::Model,
        credentials: &Credentials,
        user_agent: &str,
        from: IpAddr,
    ) -> Result<SignedIn> {
        let permit = self.hasher.acquire_permit(Requester::Network(network_of(from))).await?;
        let (password, stored) = (credentials.password.clone(), Some(row.password_hash.clone()));
        let rehashed = match self.hasher.verify_to_sign_in(permit, password, stored).await? {
            VerifyOutcome::Right => None,
            VerifyOutcome::Outdated(hash) => Some(hash),
            VerifyOutcome::Wrong => return Err(ApiError::InvalidCredentials.into()),
        };
        match self.begin_session(row, rehashed, user_agent, from).await? {
            SignInStart::Session(signed_in) => Ok(signed_in),
            SignInStart::HashChanged(_) => Err(ApiError::InvalidCredentials.into()),
        }
    }

    /// Ends the session that a browser had before it signed in. For another person, a page that is still open would go on
    /// showing the one and acting as the other; for the same, a session without a cookie would live on unseen.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_previous_session(&self, before: Option<&Viewer>) -> Result<()> {
        let Some(before) = before.filter(|before| before.scope == SessionScope::Full) else { return Ok(()) };
        match self.sign_out(before).await {
            // It may have ended meanwhile.
            Err(Error::Api(ApiError::Unauthenticated)) => Ok(()),
            ended => ended,
        }
    }

    async fn start_attempt(&self, email: Option<&LookupEmail>, origin: Origin) -> Result<Attempt<'_>> {
        let network = network_of(origin.address);
        let device = match email {
            Some(email) => self.known_device(email, origin.cookie.as_deref()).await?,
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
            Some(email) => by_lookup(email).one(self.store.reader()).await?,
            None => None,
        };
        let stored = found.as_ref().map(|row| row.password_hash.clone());
        let account = found.as_ref().map(|row| PersonId(row.id));
        Ok(match (self.hasher.verify_to_sign_in(permit, password.clone(), stored).await?, found) {
            (VerifyOutcome::Right, Some(row)) => CredentialCheck::Right(Box::new(row), None),
            (VerifyOutcome::Outdated(hash), Some(row)) => CredentialCheck::Right(Box::new(row), Some(hash)),
            _ => CredentialCheck::Wrong(account),
        })
    }

    async fn begin_session(
        &self,
        row: person::Model,
        rehashed: Option<String>,
        user_agent: &str,
        from: IpAddr,
    ) -> Result<SignInStart> {
        let secret = Secret::generate()?;
        let new = NewSession::by_password(PersonId(row.id), user_agent);
        let tx = self.store.write().await?;
        let now = lock_person(&tx, new.person).await?;
        if now.password_hash != row.password_hash {
            tx.rollback().await;
            return Ok(SignInStart::HashChanged(Box::new(now)));
        }
        if !now.email_verified {
            return Err(ApiError::InvalidCredentials.into());
        }
        if let Some(hash) = rehashed {
            person::ActiveModel { password_hash: Set(hash), ..unchanged_person(row.id) }.update(&tx).await?;
        }
        let told = note_device(&tx, &row, user_agent, from, &self.links, &self.limits, self.now()).await?;
        evict_oldest(&tx, new.person).await?;
        let session = self.store_session(&tx, &secret, new).await?;
        device_cookies::record_device(&tx, &session).await?;
        tx.commit().await?;
        if told {
            self.mail_queued.notify_one();
        }
        let expires_at = Timestamp::from_millis(session.expires_at);
        Ok(SignInStart::Session(SignedIn { user: user_of(row)?, token: secret.into_text(), expires_at }))
    }
}

/// What became of a session that was to begin.
enum SignInStart {
    Session(SignedIn),
    /// Another hash of a password was stored since the row was read: this is the row by now.
    HashChanged(Box<person::Model>),
}

/// What comparing credentials found.
enum CredentialCheck {
    /// Whose they are, and the hash that takes the place of an outdated one.
    Right(Box<person::Model>, Option<String>),
    /// Whose account it is that they don't open, if any.
    Wrong(Option<PersonId>),
}

/// Who tries passwords for an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Guesser {
    /// Requests for this account from this network.
    Network(String, IpAddr),
    /// A device that signed in to the account before, by the hash of its cookie.
    Device(Vec<u8>),
}

/// One try to sign in. It counts against its account and network, against the account alone, and against its address;
/// on a device that signed in to the account before it counts against that device only, so that strangers who guess
/// don't lock out the owner.
struct Attempt<'a> {
    greenroom: &'a Greenroom,
    account: Option<LookupEmail>,
    network: IpAddr,
    device: Option<Vec<u8>>,
}

impl Attempt<'_> {
    fn guesser(&self) -> Option<Guesser> {
        let by_device = self.device.clone().map(Guesser::Device);
        by_device.or_else(|| Some(Guesser::Network(self.account.as_ref()?.canonical().to_owned(), self.network)))
    }

    /// The account, unless the device is known to it.
    fn account_of_stranger(&self) -> Option<&str> {
        self.account.as_ref().filter(|_| self.device.is_none()).map(LookupEmail::canonical)
    }

    fn check(&self) -> std::result::Result<(), ApiError> {
        if self.device.is_none() {
            self.greenroom.ip_failure_limiter.check(self.network)?;
        }
        self.account_of_stranger().map_or(Ok(()), |account| self.greenroom.lockout.check(account))?;
        self.guesser().map_or(Ok(()), |guesser| self.greenroom.account_failure_limiter.check(guesser))
    }

    fn charge(&self) -> std::result::Result<(), ApiError> {
        // Looked at again: others may have failed while this one waited.
        self.check()?;
        if let Some(guesser) = self.guesser() {
            self.greenroom.sign_in_limiter.acquire(guesser.clone())?;
            self.greenroom.account_failure_limiter.acquire(guesser).inspect_err(|_| self.refund_sign_in())?;
        }
        if self.device.is_none() {
            let refund = |_: &_| {
                self.refund_guess();
                self.refund_sign_in();
            };
            self.greenroom.ip_failure_limiter.acquire(self.network).inspect_err(refund)?;
        }
        self.account_of_stranger().into_iter().for_each(|account| self.greenroom.lockout.charge(account));
        Ok(())
    }

    /// Gives back all that was taken: nothing was tried.
    fn undo(&self) {
        self.refund();
        self.refund_sign_in();
    }

    /// Gives back what counts failures.
    fn refund(&self) {
        self.refund_guess();
        if self.device.is_none() {
            self.greenroom.ip_failure_limiter.refund(&self.network);
        }
        self.account_of_stranger().into_iter().for_each(|account| self.greenroom.lockout.refund(account));
    }

    fn refund_guess(&self) {
        self.guesser().into_iter().for_each(|guesser| self.greenroom.account_failure_limiter.refund(&guesser));
    }

    fn refund_sign_in(&self) {
        self.guesser().into_iter().for_each(|guesser| self.greenroom.sign_in_limiter.refund(&guesser));
    }

    /// Whether so much failed that a limit is reached.
    fn is_limited(&self) -> bool {
        let reached =
            self.guesser().is_some_and(|guesser| self.greenroom.account_failure_limiter.check(guesser).is_err());
        let attacked =
            self.account_of_stranger().is_some_and(|account| self.greenroom.lockout.is_under_attack(account));
        reached || attacked
    }

    fn warn_owner(self) {
        if let Some(account) = self.account {
            self.greenroom.warn_owner(account);
        }
    }
}

/// What counts as one address: of IPv6, whoever has one has 2^64, so their network does.
pub(super) fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
        IpAddr::V4(_) => address,
    }
}
