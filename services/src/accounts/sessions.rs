use super::{
    Password, Viewer,
    person::{person_of, user_of},
    secret::{Secret, token_hash},
    security_log::SecurityEvent,
    session_lookup::{AuthenticatedSession, SessionLookup},
    viewer::SessionScope,
};
use crate::{
    Error, Greenroom, Result,
    batcher::map_batch,
    clock::as_millis,
    entity::{person, session},
    run_to_completion,
    store::{Transaction, statement_buckets},
};
use model::{ApiError, Person, PersonId, SessionEndReason, SessionId, Timestamp, User};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationDef, Select, sea_query::Expr,
};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

/// How long a session lasts after its last use.
const SESSION_IDLE_TIMEOUT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Maximum age of a session, however often it is used.
const MAX_SESSION_AGE: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// Minimum interval between two records of a session's use, so that requests that only read don't each write.
const RECORD_USE_AFTER: Duration = Duration::from_secs(5 * 60);
/// Maximum sessions of one person; a further sign-in evicts the least recently used.
const MAX_SESSIONS: u64 = 100;
/// Characters of the `User-Agent` header that are stored.
const USER_AGENT_LIMIT: usize = 200;
/// The user agent stored for sessions that this crate creates itself.
const SYSTEM_USER_AGENT: &str = "greenroom seed";

/// The columns of a session to be stored.
pub(super) struct NewSession<'a> {
    pub(super) person: PersonId,
    pub(super) user_agent: &'a str,
    pub(super) scope: SessionScope,
    /// The name of an access token; empty for a session.
    pub(super) name: &'a str,
    /// Time until it expires; a session's use extends it.
    pub(super) ttl: Duration,
    /// Whether the password was typed just now.
    pub(super) confirmed: bool,
}

impl<'a> NewSession<'a> {
    /// Returns a session with full scope, which begins with the password.
    pub(super) fn by_password(person: PersonId, user_agent: &'a str) -> Self {
        let (scope, ttl) = (SessionScope::Full, SESSION_IDLE_TIMEOUT);
        Self { person, user_agent, scope, name: "", ttl, confirmed: true }
    }

    /// Returns a session with full scope, which begins with a mailed link. What needs a password that was typed recently
    /// asks for it.
    pub(super) fn by_link(person: PersonId, user_agent: &'a str) -> Self {
        Self { confirmed: false, ..Self::by_password(person, user_agent) }
    }
}

impl Greenroom {
    /// Authenticates a request by its session cookie.
    ///
    /// # Errors
    /// `Unauthenticated` if no session has this secret, or it has expired.
    pub async fn authenticate(&self, cookie: &str) -> Result<Viewer> {
        self.authenticate_with(cookie, &self.accounts.session_lookup).await?.require_session()
    }

    /// Authenticates a request by its access token.
    ///
    /// # Errors
    /// `Unauthenticated` if there is no token with this secret, or it has expired.
    pub async fn authenticate_token(&self, token: &str) -> Result<Viewer> {
        self.authenticate_with(token, &self.accounts.session_lookup).await?.require_token()
    }

    /// Authenticates a request for an event stream by its session cookie. After a network outage thousands reconnect at
    /// once: they have their own batch, so that other requests don't queue behind them.
    ///
    /// # Errors
    /// As [`authenticate`](Self::authenticate).
    pub async fn authenticate_stream(&self, cookie: &str) -> Result<Viewer> {
        self.authenticate_with(cookie, &self.accounts.stream_session_lookup).await?.require_session()
    }

    /// Authenticates a request for an event stream by its access token.
    ///
    /// # Errors
    /// As [`authenticate_token`](Self::authenticate_token).
    pub async fn authenticate_stream_by_token(&self, token: &str) -> Result<Viewer> {
        self.authenticate_with(token, &self.accounts.stream_session_lookup).await?.require_token()
    }

    async fn authenticate_with(&self, secret: &str, lookup: &SessionLookup) -> Result<Viewer> {
        let now = self.now();
        let greenroom = self.clone();
        let lookup_result =
            lookup.submit(token_hash(secret), |secrets| async move { greenroom.load_sessions(secrets).await });
        let (row, owner) = lookup_result.await?.ok_or(ApiError::Unauthenticated)?;
        let mut viewer = Viewer {
            time_zone: row.time_zone.as_deref().and_then(|name| name.parse().ok()),
            person: person_of(owner)?,
            session: SessionId(row.id),
            expires_at: Timestamp::from_millis(row.expires_at),
            scope: row.scope.parse().map_err(|()| Error::corrupt("scope"))?,
            from: None,
            confirmed_at: Timestamp::from_millis(row.confirmed_at),
        };
        if now.millis() - row.last_seen_at >= as_millis(RECORD_USE_AFTER) {
            // A database that can't be written to mustn't refuse requests that only read.
            match self.record_use(&viewer, Timestamp::from_millis(row.created_at), now).await {
                Ok(expires_at) => viewer.expires_at = expires_at,
                Err(error) => drop(error.into_api_error()),
            }
        }
        Ok(viewer)
    }

    /// Loads the unexpired sessions of these token hashes, with their people.
    async fn load_sessions(&self, secrets: Vec<Vec<u8>>) -> Vec<Result<Option<AuthenticatedSession>>> {
        let found = session::Entity::find()
            .select_also(person::Entity)
            .join(JoinType::InnerJoin, join_person())
            .filter(session::Column::TokenHash.is_in(statement_buckets::pad_to_bucket(secrets.iter().cloned())))
            .filter(session::Column::ExpiresAt.gt(self.now().millis()))
            // Signing in requires a confirmed address; a session of an unconfirmed account must not authenticate.
            .filter(person::Column::EmailVerified.eq(true))
            .all(self.store.reader())
            .await;
        let found = found.map(|rows| {
            let live = rows.into_iter().filter_map(|(row, owner)| Some((row.token_hash.clone(), (row, owner?))));
            live.collect::<HashMap<_, _>>()
        });
        map_batch(found.map_err(Error::from), &secrets, |found, secret| found.get(secret).cloned())
    }

    /// Returns the viewer as they see themselves.
    ///
    /// # Errors
    /// `Unauthenticated` if the account was deleted.
    pub async fn load_user(&self, viewer: &Viewer) -> Result<User> {
        let found = person::Entity::find_by_id(viewer.id().0).one(self.store.reader()).await?;
        user_of(found.ok_or(ApiError::Unauthenticated)?)
    }

    /// Verifies the viewer's password again, which unlocks the data export and new access tokens for an hour.
    ///
    /// # Errors
    /// `Invalid` if the password is wrong; `SessionRequired` for an access token; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn confirm_password(&self, viewer: &Viewer, password: Password) -> Result<Viewer> {
        let proof = self.prove_password(viewer, password, "password").await?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move {
            let now = greenroom.now();
            let (tx, _) = greenroom.write_for_password(&viewer, &proof).await?;
            session::Entity::update_many()
                .col_expr(session::Column::ConfirmedAt, Expr::value(now.millis()))
                .filter(session::Column::Id.eq(viewer.session().0))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(Viewer { confirmed_at: now, ..viewer })
        })
        .await
    }

    /// Returns whether the viewer typed their password in this session within the last hour.
    pub fn is_confirmed(&self, viewer: &Viewer) -> bool {
        viewer.is_confirmed(self.now())
    }

    /// Ends the viewer's session and the streams it opened.
    ///
    /// # Errors
    /// `SessionRequired` for an access token, which is revoked instead.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn sign_out(&self, viewer: &Viewer) -> Result<()> {
        viewer.require_full_scope()?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move {
            let (tx, _) = greenroom.write_for_account(&viewer).await?;
            session::Entity::delete_by_id(viewer.session().0).exec(&tx).await?;
            tx.commit().await?;
            greenroom.realtime.hub.end_session(viewer.id(), viewer.session(), SessionEndReason::SignedOut);
            greenroom.log_security(SecurityEvent::SignedOut, viewer.id(), viewer.from).await;
            Ok(())
        })
        .await
    }

    /// Returns those of these sessions whose rows were deleted.
    pub(crate) async fn find_ended_sessions(
        &self,
        sessions: &[(PersonId, SessionId)],
    ) -> Result<Vec<(PersonId, SessionId)>> {
        let ids = sessions.iter().map(|(_, session)| session.0);
        let live = session::Entity::find()
            .filter(session::Column::Id.is_in(statement_buckets::pad_to_bucket(ids)))
            .all(self.store.reader())
            .await?;
        let live: HashSet<_> = live.into_iter().map(|row| row.id).collect();
        let ended = sessions.iter().filter(|(_, session)| !live.contains(&session.0));
        Ok(ended.copied().collect())
    }

    /// Returns when a session currently expires, since use extends it; `None` once it has ended.
    pub(crate) async fn session_expiry(&self, session: SessionId) -> Result<Option<Timestamp>> {
        let row = session::Entity::find_by_id(session.0).one(self.store.reader()).await?;
        let end = row.map(|row| Timestamp::from_millis(row.expires_at));
        Ok(end.filter(|end| *end > self.now()))
    }

    /// Checks between the pages of a long read that the viewer's session hasn't ended.
    ///
    /// # Errors
    /// `Unauthenticated` if it has.
    pub async fn check_signed_in(&self, viewer: &Viewer) -> Result<()> {
        self.session_expiry(viewer.session()).await?.map(drop).ok_or_else(|| ApiError::Unauthenticated.into())
    }

    /// Stores a session or an access token, which is a session with a name and a narrower scope.
    pub(super) async fn store_session(
        &self,
        connection: &impl ConnectionTrait,
        secret: &Secret,
        new: NewSession<'_>,
    ) -> Result<session::Model> {
        let now = self.now().millis();
        let row = session::ActiveModel {
            id: Set(uuid::Uuid::now_v7()),
            token_hash: Set(secret.hash()),
            person_id: Set(new.person.0),
            user_agent: Set(new.user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_LIMIT).collect()),
            created_at: Set(now),
            last_seen_at: Set(now),
            expires_at: Set(now + as_millis(new.ttl)),
            scope: Set(new.scope.as_str().to_owned()),
            name: Set(new.name.to_owned()),
            confirmed_at: Set(if new.confirmed { now } else { 0 }),
            time_zone: Set(None),
        };
        Ok(row.insert(connection).await?)
    }

    /// Creates a session whose secret is discarded, so that this crate itself can write for a person.
    pub(crate) async fn begin_system_session(&self, tx: &Transaction, person: Person) -> Result<Viewer> {
        let new = NewSession::by_password(person.id, SYSTEM_USER_AGENT);
        let row = self.store_session(tx, &Secret::generate()?, new).await?;
        let expires_at = Timestamp::from_millis(row.expires_at);
        Ok(Viewer {
            person,
            session: SessionId(row.id),
            expires_at,
            scope: SessionScope::Full,
            from: None,
            confirmed_at: self.now(),
            time_zone: None,
        })
    }

    /// Ends all sessions of [`begin_system_session`](Self::begin_system_session), also those left by a killed process.
    pub(crate) async fn end_system_sessions(&self) -> Result<()> {
        let tx = self.store.write().await?;
        session::Entity::delete_many().filter(session::Column::UserAgent.eq(SYSTEM_USER_AGENT)).exec(&tx).await?;
        tx.commit().await
    }

    /// Records the use of a session and returns its new expiry, at most [`MAX_SESSION_AGE`] after its creation. The
    /// expiry of an access token doesn't move.
    async fn record_use(&self, viewer: &Viewer, created_at: Timestamp, now: Timestamp) -> Result<Timestamp> {
        let expires_at = match viewer.scope {
            SessionScope::Full => {
                (now.millis() + as_millis(SESSION_IDLE_TIMEOUT)).min(created_at.millis() + as_millis(MAX_SESSION_AGE))
            }
            SessionScope::Write | SessionScope::Read => viewer.expires_at.millis(),
        };
        let tx = self.store.write_background().await?;
        session::Entity::update_many()
            .col_expr(session::Column::LastSeenAt, Expr::value(now.millis()))
            .col_expr(session::Column::ExpiresAt, Expr::value(expires_at))
            .filter(session::Column::Id.eq(viewer.session().0))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(Timestamp::from_millis(expires_at))
    }
}

/// Deletes sessions and returns their ids. Locks them in the order of their ids, as a batch of messages does with the
/// sessions it writes for, which avoids deadlocks.
pub(super) async fn delete_in_order(tx: &Transaction, sessions: Select<session::Entity>) -> Result<Vec<uuid::Uuid>> {
    let ids: Vec<uuid::Uuid> = sessions
        .select_only()
        .column(session::Column::Id)
        .order_by_asc(session::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(tx)
        .await?;
    if !ids.is_empty() {
        session::Entity::delete_many().filter(session::Column::Id.is_in(ids.iter().copied())).exec(tx).await?;
    }
    Ok(ids)
}

/// Ends a person's least recently used sessions, so that one more stays within [`MAX_SESSIONS`].
pub(super) async fn evict_oldest(tx: &Transaction, person: PersonId) -> Result<()> {
    let surplus: Vec<uuid::Uuid> = session::Entity::find()
        .filter(session::Column::PersonId.eq(person.0))
        .filter(session::Column::Scope.eq(SessionScope::Full.as_str()))
        .order_by_desc(session::Column::LastSeenAt)
        .offset(MAX_SESSIONS - 1)
        .limit(MAX_SESSIONS)
        .select_only()
        .column(session::Column::Id)
        .into_tuple()
        .all(tx)
        .await?;
    if !surplus.is_empty() {
        let surplus = session::Entity::find().filter(session::Column::Id.is_in(surplus));
        delete_in_order(tx, surplus).await?;
    }
    Ok(())
}

impl Viewer {
    fn require_session(self) -> Result<Self> {
        if self.scope == SessionScope::Full { Ok(self) } else { Err(ApiError::Unauthenticated.into()) }
    }

    fn require_token(self) -> Result<Self> {
        if self.scope == SessionScope::Full { Err(ApiError::Unauthenticated.into()) } else { Ok(self) }
    }
}

fn join_person() -> RelationDef {
    session::Entity::belongs_to(person::Entity).from(session::Column::PersonId).to(person::Column::Id).into()
}
