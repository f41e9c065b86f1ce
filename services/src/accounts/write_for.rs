//! How a use case begins to write for a viewer.
//!
//! A session is looked up when a request arrives, and may be revoked before the request writes. So each transaction that
//! writes for a viewer looks again, and on PostgreSQL locks the row of the session: a revocation waits for the
//! transaction, or the transaction finds no session. There is no other way to get a transaction for a viewer, which
//! `server/tests/tidy/writes.rs` keeps.
//!
//! The order of locks is people, their mailed links, sessions, conversations, sequences, each by id. Who needs rows of people takes them by
//! [`write_for_account`](Greenroom::write_for_account) or [`write_for_with`](Greenroom::write_for_with), which lock them
//! before the session.

use super::{
    SessionScope, Viewer,
    password_reset::PasswordProof,
    person::{lock_people, lock_person},
};
use crate::{
    Error, Greenroom, Result,
    entity::{person, session},
    store::{Transaction, statement_buckets},
};
use model::{ApiError, FieldError, PersonId, SessionId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::LockType};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

impl Greenroom {
    /// Begins a transaction that writes for the viewer.
    ///
    /// # Errors
    /// `Unauthenticated` where the session is over, `InsufficientScope` for an access token that may only read.
    pub(crate) async fn write_for(&self, viewer: &Viewer) -> Result<Transaction> {
        self.begin_checked(self.store.write().await?, viewer).await
    }

    /// The same for what the viewer doesn't wait for, such as receipts.
    pub(crate) async fn write_background_for(&self, viewer: &Viewer) -> Result<Transaction> {
        self.begin_checked(self.store.write_background().await?, viewer).await
    }

    /// The same with the rows of these people, whose names stay as they are read until the commit.
    pub(crate) async fn write_for_with(
        &self,
        viewer: &Viewer,
        people: &[PersonId],
    ) -> Result<(Transaction, Vec<person::Model>)> {
        let tx = self.store.write().await?;
        let people = lock_people(&tx, viewer.id(), people).await?;
        Ok((self.begin_checked(tx, viewer).await?, people))
    }

    /// The same for what concerns the account itself, with the viewer's own row locked: what ends sessions takes turns
    /// there.
    ///
    /// # Errors
    /// `Unauthenticated` where the session is over, `SessionRequired` for an access token.
    pub(crate) async fn write_for_account(&self, viewer: &Viewer) -> Result<(Transaction, person::Model)> {
        viewer.require_full_scope()?;
        let tx = self.store.write().await?;
        let row = lock_person(&tx, viewer.id()).await?;
        Ok((self.begin_checked(tx, viewer).await?, row))
    }

    /// The same where the viewer typed their password, which may have been changed since it was compared. Where another
    /// hash is stored by now, it is compared with that: a sign-in at the same moment may have brought an outdated one up
    /// to date.
    ///
    /// # Errors
    /// `Invalid` where the password was changed; `RateLimited`.
    pub(super) async fn write_for_password(
        &self,
        viewer: &Viewer,
        proof: &PasswordProof,
    ) -> Result<(Transaction, person::Model)> {
        let (tx, owner) = self.write_for_account(viewer).await?;
        if owner.password_hash == proof.owner.password_hash {
            return Ok((tx, owner));
        }
        tx.rollback().await;
        let proof = PasswordProof { owner, password: proof.password.clone(), field: proof.field };
        self.compare(viewer, &proof).await?;
        let (tx, owner) = self.write_for_account(viewer).await?;
        if owner.password_hash == proof.owner.password_hash {
            return Ok((tx, owner));
        }
        Err(Error::field(proof.field, FieldError::WrongPassword))
    }

    /// Begins one transaction for many viewers, with the sessions that may write. The others' writes are to be refused
    /// by [`LiveSessions::check`].
    pub(crate) async fn write_for_all(
        &self,
        viewers: impl Iterator<Item = &Viewer>,
    ) -> Result<(Transaction, LiveSessions)> {
        let tx = self.store.write().await?;
        let sessions = self.lock_sessions(&tx, viewers.map(Viewer::session)).await?;
        Ok((tx, sessions))
    }

    /// Gives a transaction on once the viewer's session is checked in it.
    async fn begin_checked(&self, tx: Transaction, viewer: &Viewer) -> Result<Transaction> {
        self.lock_sessions(&tx, [viewer.session()]).await?.check(viewer)?;
        Ok(tx)
    }

    /// Those of these sessions that go on, locked in the order of their ids. `KEY SHARE` conflicts with deleting a row,
    /// and not with noting its use.
    async fn lock_sessions(
        &self,
        tx: &Transaction,
        sessions: impl IntoIterator<Item = SessionId>,
    ) -> Result<LiveSessions> {
        let ids: BTreeSet<Uuid> = sessions.into_iter().map(|session| session.0).collect();
        let rows: Vec<(Uuid, String)> = session::Entity::find()
            .select_only()
            .columns([session::Column::Id, session::Column::Scope])
            .filter(session::Column::Id.is_in(statement_buckets::pad_to_bucket(ids)))
            .filter(session::Column::ExpiresAt.gt(self.now().millis()))
            .order_by_asc(session::Column::Id)
            .lock(LockType::KeyShare)
            .into_tuple()
            .all(tx)
            .await?;
        let scope =
            |(id, scope): (Uuid, String)| Ok((SessionId(id), scope.parse().map_err(|()| Error::corrupt("scope"))?));
        rows.into_iter().map(scope).collect::<Result<_>>().map(LiveSessions)
    }
}

/// Sessions that are known to go on within one transaction, and what each may do.
pub(crate) struct LiveSessions(HashMap<SessionId, SessionScope>);

impl LiveSessions {
    /// Whether the viewer may write.
    pub(crate) fn check(&self, viewer: &Viewer) -> std::result::Result<(), ApiError> {
        match self.0.get(&viewer.session()) {
            None => Err(ApiError::Unauthenticated),
            Some(SessionScope::Read) => Err(ApiError::InsufficientScope),
            Some(SessionScope::Full | SessionScope::Write) => Ok(()),
        }
    }
}
