use super::{Viewer, person_of, sign_in::SESSION_LIFE, user_of};
use crate::{
    Error, Greenroom, Result,
    entity::{person, session},
    to_the_end,
};
use model::{Instant, PersonId, Refusal, SessionId, User};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationDef,
    sea_query::Expr,
};
use sha2::{Digest, Sha256};
use std::time::Duration;
use uuid::Uuid;

/// A session's use is noted at most this often: reading mustn't mean writing.
const NOTE_USE_AFTER: Duration = Duration::from_secs(5 * 60);
/// Characters of a browser's own description that are kept.
const USER_AGENT_LIMIT: usize = 200;

/// The secret in the cookie: 256 bits, in hex.
pub(super) struct Token(String);

impl Token {
    pub(super) fn mint() -> Result<Self> {
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret).map_err(Error::broken)?;
        Ok(Self(secret.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// The database knows a token by its hash alone. Looking it up by that hash leaks nothing through
/// timing: to steer the hash, one would have to know the token.
fn fingerprint(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

impl Greenroom {
    /// Who the holder of a session's token is.
    ///
    /// # Errors
    /// `Unauthenticated` where there is no such session, or it is over.
    pub async fn viewer(&self, token: &str) -> Result<Viewer> {
        let now = self.now();
        let (row, owner) = session::Entity::find()
            .select_also(person::Entity)
            .join(JoinType::InnerJoin, owner())
            .filter(session::Column::TokenHash.eq(fingerprint(token)))
            .filter(session::Column::ExpiresAt.gt(now.millis()))
            .one(self.store.reader())
            .await?
            .and_then(|(row, owner)| Some((row, owner?)))
            .ok_or(Refusal::Unauthenticated)?;
        let mut viewer = Viewer {
            person: person_of(owner)?,
            session: SessionId(row.id),
            expires_at: Instant::from_millis(row.expires_at),
        };
        if now.millis() - row.last_seen_at >= millis(NOTE_USE_AFTER) {
            viewer.expires_at = self.note_use(&viewer, now).await?;
        }
        Ok(viewer)
    }

    /// The viewer as they see themselves.
    ///
    /// # Errors
    /// `Unauthenticated` where the account is gone.
    pub async fn user(&self, viewer: &Viewer) -> Result<User> {
        let found = person::Entity::find_by_id(viewer.id().0).one(self.store.reader()).await?;
        user_of(found.ok_or(Refusal::Unauthenticated)?)
    }

    /// Ends the viewer's session and the streams it opened.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(&self, viewer: &Viewer) -> Result<()> {
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        to_the_end(async move {
            session::Entity::delete_by_id(viewer.session().0).exec(greenroom.store.writer()).await?;
            greenroom.hub.end_session(viewer.id(), viewer.session(), "signed_out");
            Ok(())
        })
        .await
    }

    /// Which of these sessions are no more.
    pub(crate) async fn gone(&self, sessions: &[(PersonId, SessionId)]) -> Result<Vec<(PersonId, SessionId)>> {
        let ids = sessions.iter().map(|(_, session)| session.0);
        let living = session::Entity::find().filter(session::Column::Id.is_in(ids)).all(self.store.reader()).await?;
        let gone = sessions.iter().filter(|(_, session)| living.iter().all(|row| row.id != session.0));
        Ok(gone.copied().collect())
    }

    /// When the viewer's session ends by now, having perhaps been used since; `None` once it is over.
    pub(crate) async fn session_end(&self, viewer: &Viewer) -> Result<Option<Instant>> {
        let row = session::Entity::find_by_id(viewer.session().0).one(self.store.reader()).await?;
        let end = row.map(|row| Instant::from_millis(row.expires_at));
        Ok(end.filter(|end| *end > self.now()))
    }

    pub(super) async fn store_session(
        &self,
        id: SessionId,
        token: &Token,
        person: Uuid,
        user_agent: &str,
    ) -> Result<Instant> {
        let now = self.now().millis();
        let expires_at = now + millis(SESSION_LIFE);
        let row = session::ActiveModel {
            id: Set(id.0),
            token_hash: Set(fingerprint(&token.0)),
            person_id: Set(person),
            user_agent: Set(user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_LIMIT).collect()),
            created_at: Set(now),
            last_seen_at: Set(now),
            expires_at: Set(expires_at),
        };
        row.insert(self.store.writer()).await?;
        Ok(Instant::from_millis(expires_at))
    }

    async fn note_use(&self, viewer: &Viewer, now: Instant) -> Result<Instant> {
        let expires_at = now.millis() + millis(SESSION_LIFE);
        session::Entity::update_many()
            .col_expr(session::Column::LastSeenAt, Expr::value(now.millis()))
            .col_expr(session::Column::ExpiresAt, Expr::value(expires_at))
            .filter(session::Column::Id.eq(viewer.session().0))
            .exec(self.store.writer())
            .await?;
        Ok(Instant::from_millis(expires_at))
    }
}

fn owner() -> RelationDef {
    session::Entity::belongs_to(person::Entity).from(session::Column::PersonId).to(person::Column::Id).into()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
