//! Devices that signed in before, recognised by their session cookie, which they keep when the session has ended.

use super::{
    known_device::{DEVICE_TTL, MAX_DEVICES},
    registration::has_address,
    secret::token_hash,
};
use crate::{
    Greenroom, Result,
    clock::as_millis,
    entity::{device, person, session},
    store::Transaction,
};
use model::{LookupEmail, Timestamp};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QuerySelect,
    RelationDef, sea_query::Query,
};
impl Greenroom {
    /// Returns whether a browser's cookie is of a sign-in to any account within the last 400 days.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_known_device(&self, cookie: &str) -> Result<bool> {
        let known = device::Entity::find_by_id(token_hash(cookie))
            .filter(device::Column::CreatedAt.gt(expiry_cutoff(self.now())))
            .count(self.store.reader())
            .await?;
        Ok(known > 0)
    }

    /// Returns the hash of a browser's cookie if it is of a sign-in to this account within the last 400 days.
    pub(super) async fn known_device_hash(
        &self,
        account: &LookupEmail,
        cookie: Option<&str>,
    ) -> Result<Option<Vec<u8>>> {
        let Some(hash) = cookie.map(token_hash) else { return Ok(None) };
        let owner: RelationDef =
            device::Entity::belongs_to(person::Entity).from(device::Column::PersonId).to(person::Column::Id).into();
        let known = device::Entity::find_by_id(hash.clone())
            .join(JoinType::InnerJoin, owner)
            .filter(has_address(account))
            .filter(device::Column::CreatedAt.gt(expiry_cutoff(self.now())))
            .count(self.store.reader())
            .await?;
        Ok((known > 0).then_some(hash))
    }
}

/// Records the device of a new session, and deletes the oldest beyond [`MAX_DEVICES`].
pub(super) async fn record_device(tx: &Transaction, session: &session::Model) -> Result<()> {
    let surplus = Query::select()
        .column(device::Column::TokenHash)
        .from(device::Entity)
        .and_where(device::Column::PersonId.eq(session.person_id))
        .order_by(device::Column::CreatedAt, sea_orm::Order::Desc)
        .offset(MAX_DEVICES - 1)
        .limit(MAX_DEVICES)
        .take();
    device::Entity::delete_many().filter(device::Column::TokenHash.in_subquery(surplus)).exec(tx).await?;
    let row = device::ActiveModel {
        token_hash: Set(session.token_hash.clone()),
        person_id: Set(session.person_id),
        session_id: Set(session.id),
        created_at: Set(session.created_at),
    };
    row.insert(tx).await?;
    Ok(())
}

/// Returns the time in milliseconds up to which recorded devices have expired.
pub(crate) fn expiry_cutoff(now: Timestamp) -> i64 {
    now.millis() - as_millis(DEVICE_TTL)
}
