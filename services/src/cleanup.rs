//! Deletes expired data: old events, expired sessions, one-time links and refused forms, devices that weren't used for
//! long, accounts whose address was never confirmed, and e-mails that were sent or can't be delivered. Also fills in
//! what a node of an older version left out: texts for search, and slugs.

use crate::{
    Greenroom, Result, accounts,
    clock::as_millis,
    entity::{device, email_budget, known_device, mail, person, refused_form, session, token, write_probe},
    realtime::purge_events,
    search_text::fill_missing_search_texts,
    talents,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockBehavior, LockType, Query},
};
use std::time::Duration;

const INTERVAL: Duration = Duration::from_secs(60 * 60);
const DAY: i64 = 24 * 60 * 60 * 1_000;
/// Time to confirm an e-mail address: longer than any link is valid.
const UNCONFIRMED_TTL: i64 = 7 * DAY;
/// Retention of undeliverable e-mails, for analysis.
const DEAD_LETTER_TTL: i64 = 30 * DAY;
/// Rows per transaction.
const BATCH: u64 = 500;
/// Accounts per transaction.
const ACCOUNT_BATCH: usize = 200;

impl Greenroom {
    /// Runs the cleanup every hour, forever.
    pub async fn run_cleanup(self) {
        let mut ticks = tokio::time::interval(INTERVAL);
        loop {
            ticks.tick().await;
            if let Err(error) = self.purge_expired().await {
                error.into_api_error();
            }
        }
    }

    /// Deletes all expired data, in small transactions.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn purge_expired(&self) -> Result<()> {
        let now = self.now().millis();
        let without_recipient = mail::Column::Recipient.is_null().and(mail::Column::CreatedAt.lt(now - DAY));
        self.delete_where::<session::Entity>(session::Column::Id, session::Column::ExpiresAt.lte(now)).await?;
        self.delete_where::<token::Entity>(token::Column::Hash, token::Column::ExpiresAt.lte(now)).await?;
        self.delete_where::<mail::Entity>(mail::Column::Id, mail::Column::ParkedAt.lt(now - DEAD_LETTER_TTL)).await?;
        self.delete_where::<mail::Entity>(mail::Column::Id, mail::Column::SentAt.lt(now - DAY)).await?;
        self.delete_where::<mail::Entity>(mail::Column::Id, mail::Column::CreatedAt.lt(now - DEAD_LETTER_TTL)).await?;
        self.delete_where::<mail::Entity>(mail::Column::Id, without_recipient).await?;
        let unused = email_budget::Column::UpdatedAt.lt(now - DAY);
        self.delete_where::<email_budget::Entity>(email_budget::Column::RecipientHash, unused).await?;
        let expired = device::Column::CreatedAt.lt(accounts::device_cookies::expiry_cutoff(self.now()));
        self.delete_where::<device::Entity>(device::Column::TokenHash, expired).await?;
        let unseen = known_device::Column::SeenAt.lt(now - as_millis(accounts::DEVICE_TTL));
        self.delete_where::<known_device::Entity>(known_device::Column::Fingerprint, unseen).await?;
        let expired = refused_form::Column::ExpiresAt.lte(now);
        self.delete_where::<refused_form::Entity>(refused_form::Column::IdHash, expired).await?;
        // Probe rows of processes that have ended.
        self.delete_where::<write_probe::Entity>(
            write_probe::Column::ProcessId,
            write_probe::Column::ProbedAt.lt(now - DAY),
        )
        .await?;
        while self.delete_unconfirmed_accounts(now - UNCONFIRMED_TTL).await? {}
        while self.purge_event_log(now.saturating_sub(as_millis(self.limits.keep_events))).await? {}
        while self.fill_search_texts().await? {}
        while self.fill_slugs().await? {}
        Ok(())
    }

    /// Deletes rows in batches, so that messages don't wait for all of them.
    async fn delete_where<E: EntityTrait>(&self, id: E::Column, expired: Expr) -> Result<()> {
        loop {
            let tx = self.store.write_background().await?;
            let deleted = delete_batch::<E>(&tx, id, expired.clone(), BATCH).await?;
            tx.commit().await?;
            if deleted < BATCH {
                return Ok(());
            }
        }
    }

    /// Returns whether there may be more.
    async fn purge_event_log(&self, before: i64) -> Result<bool> {
        let tx = self.store.write_background().await?;
        let more = purge_events(&tx, before).await?;
        tx.commit().await?;
        Ok(more)
    }

    /// Returns whether there may be more.
    async fn fill_search_texts(&self) -> Result<bool> {
        let tx = self.store.write_background().await?;
        let more = fill_missing_search_texts(&tx).await?;
        tx.commit().await?;
        Ok(more)
    }

    /// Returns whether more may be missing.
    async fn fill_slugs(&self) -> Result<bool> {
        let tx = self.store.write_background().await?;
        let more = talents::fill_missing_slugs(&tx).await?;
        tx.commit().await?;
        Ok(more)
    }

    /// Deletes accounts that were never confirmed; returns whether there may be more. Only one-time tokens can refer to
    /// them.
    async fn delete_unconfirmed_accounts(&self, before: i64) -> Result<bool> {
        let tx = self.store.write_background().await?;
        let unconfirmed = person::Entity::find()
            .filter(person::Column::DeletedAt.is_null())
            .filter(person::Column::CreatedAt.lt(before))
            .filter(
                person::Column::Id
                    .not_in_subquery(Query::select().column(token::Column::PersonId).from(token::Entity).take()),
            )
            .limit(ACCOUNT_BATCH as u64);
        let deleted = accounts::delete_unconfirmed(&tx, unconfirmed).await?;
        tx.commit().await?;
        Ok(deleted == ACCOUNT_BATCH)
    }
}

/// Deletes up to `limit` rows by their ids; returns how many. Skips rows locked by other transactions until the next
/// time: waiting for them could deadlock.
pub(crate) async fn delete_batch<E: EntityTrait>(
    tx: &impl ConnectionTrait,
    id: E::Column,
    expired: Expr,
    limit: u64,
) -> Result<u64> {
    let batch = Query::select()
        .column(id)
        .from(E::default())
        .and_where(expired)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .take();
    Ok(E::delete_many().filter(id.in_subquery(batch)).exec(tx).await?.rows_affected)
}
