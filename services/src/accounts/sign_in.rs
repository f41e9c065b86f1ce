use super::{
    Credentials, Reach, Viewer,
    join::{by_email, unchanged},
    known_device::note_device,
    password::{Turn, Verified},
    person::hold,
    secret::Secret,
    security_log::{SecurityEvent, Subject},
    sessions::{NewSession, make_room},
    user_of,
};
use crate::{Error, Greenroom, Result, entity::person};
use model::{Email, Instant, PersonId, Refusal, User};
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
    pub expires_at: Instant,
}

impl Greenroom {
    /// Begins a session.
    ///
    /// # Errors
    /// `InvalidCredentials` for an unknown address as for a wrong password, in the same time;
    /// `EmailUnverified`; `RateLimited` after too many failures for the account or from the address.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn sign_in(&self, credentials: Credentials, from: IpAddr, user_agent: &str) -> Result<SignedIn> {
        let attempt = self.attempt(credentials.email.as_ref(), from);
        attempt.check()?;
        // Only who is being looked at counts as failed until proven right: however many sign in at once,
        // few are in doubt.
        let turn = self.hasher.turn().await?;
        attempt.take()?;
        let email = credentials.email.clone();
        let (known, rehashed) = match self.check(turn, credentials).await? {
            Checked::Right(known, rehashed) => (*known, rehashed),
            Checked::Wrong(account) => {
                let whom = account.map_or(Subject::Unknown(email.as_ref()), Subject::Person);
                self.log_security(SecurityEvent::SignInFailed, whom, Some(from)).await;
                return Err(Refusal::InvalidCredentials.into());
            }
        };
        attempt.give_back();
        if !known.email_verified {
            return Err(Refusal::EmailUnverified.into());
        }
        let signed_in = self.begin_session(known, rehashed, user_agent, from).await?;
        self.log_security(SecurityEvent::SignedIn, signed_in.user.id, Some(from)).await;
        Ok(signed_in)
    }

    /// Ends the session that a browser had before it signed in. For another person, a page that is still open would go on
    /// showing the one and acting as the other; for the same, a session without a cookie would live on unseen.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn give_way(&self, before: Option<&Viewer>) -> Result<()> {
        let Some(before) = before.filter(|before| before.reach == Reach::Full) else { return Ok(()) };
        match self.sign_out(before).await {
            // It may have ended meanwhile.
            Err(Error::Refused(Refusal::Unauthenticated)) => Ok(()),
            ended => ended,
        }
    }

    fn attempt(&self, email: Option<&Email>, from: IpAddr) -> Attempt<'_> {
        let account = email.map(|email| email.as_str().to_owned());
        Attempt { greenroom: self, account, network: network(from), now: self.now() }
    }

    async fn check(&self, turn: Turn, Credentials { email, password }: Credentials) -> Result<Checked> {
        let found = match &email {
            Some(email) => by_email(email).one(self.store.reader()).await?,
            None => None,
        };
        let stored = found.as_ref().map(|row| row.password_hash.clone());
        let account = found.as_ref().map(|row| PersonId(row.id));
        Ok(match (self.hasher.verify_to_sign_in(turn, password, stored).await?, found) {
            (Verified::Right, Some(row)) => Checked::Right(Box::new(row), None),
            (Verified::Outdated(hash), Some(row)) => Checked::Right(Box::new(row), Some(hash)),
            _ => Checked::Wrong(account),
        })
    }

    async fn begin_session(
        &self,
        row: person::Model,
        rehashed: Option<String>,
        user_agent: &str,
        from: IpAddr,
    ) -> Result<SignedIn> {
        let secret = Secret::mint()?;
        let new = NewSession::by_password(PersonId(row.id), user_agent);
        let tx = self.store.write().await?;
        // The password may have been changed since it was compared.
        let now = hold(&tx, new.person).await?;
        if now.password_hash != row.password_hash || !now.email_verified {
            return Err(Refusal::InvalidCredentials.into());
        }
        if let Some(hash) = rehashed {
            person::ActiveModel { password_hash: Set(hash), ..unchanged(row.id) }.update(&tx).await?;
        }
        let told = note_device(&tx, &row, user_agent, from, &self.links, self.now()).await?;
        make_room(&tx, new.person).await?;
        let session = self.store_session(&tx, &secret, new).await?;
        tx.commit().await?;
        if told {
            self.mail_bell.notify_one();
        }
        let expires_at = Instant::from_millis(session.expires_at);
        Ok(SignedIn { user: user_of(row)?, token: secret.into_text(), expires_at })
    }
}

/// What comparing credentials found.
enum Checked {
    /// Whose they are, and the hash that takes the place of an outdated one.
    Right(Box<person::Model>, Option<String>),
    /// Whose account it is that they don't open, if any.
    Wrong(Option<PersonId>),
}

/// One try to sign in, counted against its account and its address.
struct Attempt<'a> {
    greenroom: &'a Greenroom,
    account: Option<String>,
    network: IpAddr,
    now: Instant,
}

impl Attempt<'_> {
    fn check(&self) -> std::result::Result<(), Refusal> {
        self.greenroom.address_failures.check(self.network, self.now)?;
        self.account.clone().map_or(Ok(()), |account| self.greenroom.account_failures.check(account, self.now))
    }

    fn take(&self) -> std::result::Result<(), Refusal> {
        self.greenroom.address_failures.take(self.network, self.now)?;
        let taken =
            self.account.clone().map_or(Ok(()), |account| self.greenroom.account_failures.take(account, self.now));
        if taken.is_err() {
            self.greenroom.address_failures.give_back(&self.network);
        }
        taken
    }

    fn give_back(&self) {
        self.greenroom.address_failures.give_back(&self.network);
        if let Some(account) = &self.account {
            self.greenroom.account_failures.give_back(account);
        }
    }
}

/// What counts as one address: of IPv6, whoever has one has 2^64, so their network does.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
        IpAddr::V4(_) => address,
    }
}
