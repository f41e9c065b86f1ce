use super::registration::select_by_lookup;
use crate::{
    Greenroom, Result,
    entity::mail as queued_mail,
    mail::{enqueue, templates},
};
use model::{LookupEmail, StoredEmail};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, sea_query::LockType};
use tracing::Instrument;

const DAY: i64 = 24 * 60 * 60 * 1_000;

impl Greenroom {
    /// Warns the owner of an account by email, at most once a day, that wrong passwords are being tried. Runs in its
    /// own task, so that the response time of the sign-in doesn't show whether the account exists.
    pub(super) fn warn_owner(&self, account: LookupEmail) {
        let greenroom = self.clone();
        let warning = async move {
            if let Err(error) = greenroom.warn_owner_inner(&account).await {
                error.into_api_error();
            }
        };
        tokio::spawn(warning.in_current_span());
    }

    async fn warn_owner_inner(&self, account: &LookupEmail) -> Result<()> {
        let now = self.now();
        let tx = self.store.write_background().await?;
        // Locked, so that two nodes can't both find no earlier warning and both send one.
        let owner = select_by_lookup(account).lock(LockType::NoKeyUpdate).one(&tx).await?;
        let Some(owner) = owner.filter(|row| row.email_verified) else { return tx.commit().await };
        let recent_warnings = queued_mail::Entity::find()
            .filter(queued_mail::Column::Recipient.eq(owner.email.as_str()))
            .filter(queued_mail::Column::Kind.eq(templates::ATTACK_WARNING_KIND.name))
            .filter(queued_mail::Column::CreatedAt.gt(now.millis() - DAY))
            .count(&tx)
            .await?;
        if recent_warnings > 0 {
            return tx.commit().await;
        }
        let to = StoredEmail::new(&owner.email);
        enqueue(&tx, Some(&to), templates::attack_warning(&owner.name, &self.mail.links), &self.limits, now).await?;
        tx.commit().await?;
        self.mail.queued.notify_one();
        Ok(())
    }
}
