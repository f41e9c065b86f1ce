use super::{EmailKind, layout::Quota};
use crate::{Limits, Result, clock::CLOCK_SKEW, entity::email_budget, store::Transaction};
use model::{ApiError, StoredEmail, Timestamp};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel, sea_query::OnConflict};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const HOUR: i64 = 60 * 60 * 1_000;
const DAY: i64 = 24 * HOUR;

/// The times of the emails of the last day to one recipient that share a limit. Locked until the transaction ends.
pub(crate) struct Budget {
    row: email_budget::Model,
    sent_at: Vec<i64>,
}

impl Budget {
    /// Locks a recipient's shared budget. Without a recipient it locks a new row, which costs the same, so that the
    /// response time doesn't show whether an address is known.
    pub(crate) async fn lock(tx: &Transaction, recipient: Option<&StoredEmail>, now: Timestamp) -> Result<Self> {
        let key = recipient.map_or_else(|| Uuid::now_v7().to_string(), |email| email.as_str().to_owned());
        Self::lock_row(tx, &key, now).await
    }

    /// Locks the budget that emails of this kind are charged to. Returns `None` if they have no limit.
    pub(super) async fn lock_for(
        tx: &Transaction,
        recipient: Option<&StoredEmail>,
        kind: EmailKind,
        now: Timestamp,
    ) -> Result<Option<Self>> {
        Ok(match (kind.quota, recipient) {
            (Quota::Unlimited, _) => None,
            (Quota::Own, Some(recipient)) => Some(Self::lock_row(tx, &own_key(kind, recipient.as_str()), now).await?),
            (Quota::Shared | Quota::Own, _) => Some(Self::lock(tx, recipient, now).await?),
        })
    }

    /// Returns whether the recipient's own budget for this kind is spent. Takes no lock: for skipping work early.
    pub(super) async fn is_spent(
        connection: &impl ConnectionTrait,
        recipient: &str,
        kind: EmailKind,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<bool> {
        let row = email_budget::Entity::find_by_id(hash_key(&own_key(kind, recipient))).one(connection).await?;
        Ok(row.is_some_and(|row| Self::from_row(row, now).check(limits, now).is_err()))
    }

    async fn lock_row(tx: &Transaction, key: &str, now: Timestamp) -> Result<Self> {
        let row = email_budget::ActiveModel {
            recipient_hash: Set(hash_key(key)),
            sent_at: Set(String::new()),
            updated_at: Set(now.millis()),
        };
        let lock = OnConflict::column(email_budget::Column::RecipientHash)
            .update_column(email_budget::Column::UpdatedAt)
            .to_owned();
        Ok(Self::from_row(email_budget::Entity::insert(row).on_conflict(lock).exec_with_returning(tx).await?, now))
    }

    fn from_row(row: email_budget::Model, now: Timestamp) -> Self {
        let recent = now.millis() - DAY..=now.millis() + CLOCK_SKEW;
        let sent_at =
            row.sent_at.split(',').filter_map(|at| at.parse().ok()).filter(|at| recent.contains(at)).collect();
        Self { row, sent_at }
    }

    /// Returns `RateLimited` with the seconds until the next email is allowed, if the budget is spent.
    pub(crate) fn check(&self, limits: &Limits, now: Timestamp) -> std::result::Result<(), ApiError> {
        let windows = [(HOUR, limits.emails_per_recipient_hour), (DAY, limits.emails_per_recipient_day)];
        let wait = windows.into_iter().filter_map(|(window, limit)| {
            let counted = self.sent_at.iter().rev().filter(|at| **at > now.millis() - window);
            // The next email is allowed once this one has left the window.
            counted.copied().nth(limit.saturating_sub(1)).map(|at| at + window - now.millis())
        });
        match wait.max() {
            None => Ok(()),
            Some(wait) => {
                let retry_after = u64::try_from(wait).unwrap_or_default().div_ceil(1_000).max(1);
                Err(ApiError::RateLimited { retry_after })
            }
        }
    }

    /// Charges one email.
    pub(crate) async fn spend(mut self, tx: &Transaction, now: Timestamp) -> Result<()> {
        self.sent_at.push(now.millis());
        let sent_at = self.sent_at.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let mut row = self.row.into_active_model();
        row.sent_at = Set(sent_at);
        email_budget::Entity::update(row).exec(tx).await?;
        Ok(())
    }
}

/// Returns the key of a kind's own budget. Addresses contain no space, so it never equals another recipient's key.
fn own_key(kind: EmailKind, recipient: &str) -> String {
    format!("{} {recipient}", kind.name)
}

/// Returns the SHA-256 hash of a budget's key: the table needs no addresses.
fn hash_key(key: &str) -> Vec<u8> {
    Sha256::digest(key).to_vec()
}
