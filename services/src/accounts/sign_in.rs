use super::{Credentials, sessions::Token, user_of};
use crate::{Greenroom, Result, entity::person};
use model::{Instant, Refusal, SessionId, User};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::{net::IpAddr, time::Duration};

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
    pub async fn sign_in(&self, credentials: Credentials, from: IpAddr, user_agent: &str) -> Result<SignedIn> {
        let now = self.now();
        let account = credentials.email.as_ref().map(|email| email.as_str().to_owned());
        self.address_failures.take(from, now)?;
        if let Some(account) = account.clone()
            && let Err(refusal) = self.account_failures.take(account, now)
        {
            self.address_failures.give_back(&from);
            return Err(refusal.into());
        }
        let known = self.check(credentials).await?;
        self.address_failures.give_back(&from);
        if let Some(account) = account {
            self.account_failures.give_back(&account);
        }
        if !known.email_verified {
            return Err(Refusal::EmailUnverified.into());
        }
        self.begin_session(known, user_agent).await
    }

    async fn check(&self, Credentials { email, password }: Credentials) -> Result<person::Model> {
        let wanted = email.as_ref().map_or("", model::Email::as_str);
        let found = person::Entity::find().filter(person::Column::Email.eq(wanted)).one(self.store.reader()).await?;
        let stored = found.as_ref().map(|row| row.password_hash.clone());
        match (self.hasher.verify(password, stored).await?, found) {
            (true, Some(row)) => Ok(row),
            _ => Err(Refusal::InvalidCredentials.into()),
        }
    }

    async fn begin_session(&self, row: person::Model, user_agent: &str) -> Result<SignedIn> {
        let token = Token::mint()?;
        let id = SessionId(uuid::Uuid::now_v7());
        let expires_at = self.store_session(id, &token, row.id, user_agent).await?;
        Ok(SignedIn { user: user_of(row)?, token: token.into_text(), expires_at })
    }
}

/// How long a session lasts after its last use.
pub(super) const SESSION_LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
