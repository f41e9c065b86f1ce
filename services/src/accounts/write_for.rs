//! Transactions that write for a viewer.
//!
//! A session is looked up when a request arrives, and may be revoked before the request writes. So each transaction
//! that writes for a viewer checks the session again, and on PostgreSQL locks its row: a revocation waits for the
//! transaction, or the transaction finds no session. There is no other way to get a transaction for a viewer;
//! `server/tests/tidy/writes.rs` tests that.
//!
//! Locks are acquired in this order: people, their mailed links, sessions, conversations, sequences, each by id. A use
//! case that needs rows of people calls [`write_for_account`](Greenroom::write_for_account) or
//! [`write_for_with`](Greenroom::write_for_with), which lock them before the session.

use super::{
    Viewer,
    password_reset::PasswordProof,
    person::{lock_people, lock_person},
    viewer::SessionScope,
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
    /// `Unauthenticated` if the session has ended; `InsufficientScope` for an access token that may only read.
    pub(crate) async fn write_for(&self, viewer: &Viewer) -> Result<Transaction> {
        self.begin_checked(self.store.write().await?, viewer).await
    }

    /// Like [`write_for`](Self::write_for), with background priority: for writes that the viewer doesn't wait for, for
    /// example receipts.
    pub(crate) async fn write_background_for(&self, viewer: &Viewer) -> Result<Transaction> {
        self.begin_checked(self.store.write_background().await?, viewer).await
    }

    /// Like [`write_for`](Self::write_for), and locks the rows of these people, so that their names don't change until
    /// the commit.
    pub(crate) async fn write_for_with(
        &self,
        viewer: &Viewer,
        people: &[PersonId],
    ) -> Result<(Transaction, Vec<person::Model>)> {
        let tx = self.store.write().await?;
        let people = lock_people(&tx, viewer.id(), people).await?;
        Ok((self.begin_checked(tx, viewer).await?, people))
    }

    /// Begins a transaction that changes the account itself, with the viewer's own row locked, which serialises the
    /// transactions that end sessions.
    ///
    /// # Errors
    /// `Unauthenticated` if the session has ended; `SessionRequired` for an access token.
    pub(crate) async fn write_for_account(&self, viewer: &Viewer) -> Result<(Transaction, person::Model)> {
        viewer.require_full_scope()?;
        let tx = self.store.write().await?;
        let row = lock_person(&tx, viewer.id()).await?;
        Ok((self.begin_checked(tx, viewer).await?, row))
    }

    /// Like [`write_for_account`](Self::write_for_account), for a use case that asked for the password. If another hash
    /// was stored since the password was verified, verifies it against that: a concurrent sign-in may have replaced an
    /// outdated hash of the same password.
    ///
    /// # Errors
    /// `Invalid` if the password was changed; `RateLimited`.
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
        self.verify_proof(viewer, &proof).await?;
        let (tx, owner) = self.write_for_account(viewer).await?;
        if owner.password_hash == proof.owner.password_hash {
            return Ok((tx, owner));
        }
        Err(Error::for_field(proof.field, FieldError::WrongPassword))
    }

    /// Begins one transaction for many viewers and locks their sessions. The caller must check each viewer by
    /// [`LiveSessions::check`] before it writes for them.
    pub(crate) async fn write_for_all(
        &self,
        viewers: impl Iterator<Item = &Viewer>,
    ) -> Result<(Transaction, LiveSessions)> {
        let tx = self.store.write().await?;
        let sessions = self.lock_sessions(&tx, viewers.map(Viewer::session)).await?;
        Ok((tx, sessions))
    }

    /// Returns the transaction after the viewer's session is checked in it.
    async fn begin_checked(&self, tx: Transaction, viewer: &Viewer) -> Result<Transaction> {
        self.lock_sessions(&tx, [viewer.session()]).await?.check(viewer)?;
        Ok(tx)
    }

    /// Returns those of these sessions that haven't ended, locked in the order of their ids. `KEY SHARE` conflicts with
    /// deleting a row, but not with recording its use.
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

/// Sessions that are locked by one transaction, with their scopes.
pub(crate) struct LiveSessions(HashMap<SessionId, SessionScope>);

impl LiveSessions {
    /// Checks that the viewer's session is among them and may write.
    ///
    /// # Errors
    /// `Unauthenticated` if the session has ended; `InsufficientScope` for an access token that may only read.
    pub(crate) fn check(&self, viewer: &Viewer) -> std::result::Result<(), ApiError> {
        match self.0.get(&viewer.session()) {
            None => Err(ApiError::Unauthenticated),
            Some(SessionScope::Read) => Err(ApiError::InsufficientScope),
            Some(SessionScope::Full | SessionScope::Write) => Ok(()),
        }
    }
}
