use super::{Viewer, secret::Secret, security_log::SecurityEvent, sessions::NewSession, viewer::SessionScope};
use crate::{Error, Greenroom, Result, entity::session, realtime::EventRecorder, run_to_completion};
use model::{AccessToken, FieldError, NotificationKind, Scope, SessionId, Timestamp, TokenDraft};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Select};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Maximum access tokens of one person.
const MAX_TOKENS: u64 = 50;

/// A newly created access token with its secret.
#[derive(Debug)]
pub struct NewToken {
    /// The token as it is listed.
    pub token: AccessToken,
    /// The secret that a program sends. Returned only here; the database stores its hash.
    pub secret: String,
}

impl Greenroom {
    /// Returns the viewer's access tokens, the newest first.
    ///
    /// # Errors
    /// `SessionRequired` for an access token.
    pub async fn list_access_tokens(&self, viewer: &Viewer) -> Result<Vec<AccessToken>> {
        viewer.require_full_scope()?;
        let newest = select_own(viewer).order_by_desc(session::Column::Id);
        newest.all(self.store.reader()).await?.into_iter().map(token_of).collect()
    }

    /// Creates an access token, and notifies its owner on all devices.
    ///
    /// # Errors
    /// `SessionRequired` for an access token; `PasswordRequired` if the password was typed more than an hour ago;
    /// `Invalid` if the viewer has 50 already; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn create_token(&self, viewer: &Viewer, draft: TokenDraft) -> Result<NewToken> {
        viewer.require_full_scope()?;
        self.rate_limits.housekeeping.acquire(viewer.session())?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move {
            let now = greenroom.now();
            let (tx, owner) = greenroom.write_for_account(&viewer).await?;
            viewer.require_recent_password(now)?;
            if count_tokens(&tx, &viewer).await? >= MAX_TOKENS {
                return Err(Error::for_field("name", FieldError::OutOfRange));
            }
            let secret = Secret::generate()?;
            let scope = match draft.scope {
                Scope::Read => SessionScope::Read,
                Scope::Write => SessionScope::Write,
            };
            let (name, ttl) = (&draft.name, DAY * u32::from(draft.days));
            let new = NewSession { person: viewer.id(), user_agent: "", scope, name, ttl, confirmed: true };
            let row = greenroom.store_session(&tx, &secret, new).await?;
            let mut recorder = EventRecorder::default();
            let kind = NotificationKind::TokenCreated;
            crate::notifications::notify_self(&owner, kind, &mut recorder, now)?;
            recorder.commit(tx, &greenroom.realtime.hub, now).await?;
            greenroom.log_security(SecurityEvent::TokenCreated, viewer.id(), viewer.from).await;
            Ok(NewToken { token: token_of(row)?, secret: secret.into_text() })
        })
        .await
    }
}

fn select_own(viewer: &Viewer) -> Select<session::Entity> {
    session::Entity::find()
        .filter(session::Column::PersonId.eq(viewer.id().0))
        .filter(session::Column::Scope.ne(SessionScope::Full.as_str()))
}

async fn count_tokens(connection: &impl ConnectionTrait, viewer: &Viewer) -> Result<u64> {
    Ok(select_own(viewer).count(connection).await?)
}

fn token_of(row: session::Model) -> Result<AccessToken> {
    Ok(AccessToken {
        id: SessionId(row.id),
        name: row.name,
        scope: row.scope.parse().map_err(|()| Error::corrupt("scope"))?,
        created_at: Timestamp::from_millis(row.created_at),
        last_used_at: Timestamp::from_millis(row.last_seen_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    })
}
