use super::{OutgoingEmail, queue::build_outgoing};
use crate::{Greenroom, Result, accounts::one_time_token, entity::mail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

impl Greenroom {
    /// Builds the email for delivery and issues the token of its link. Returns `None` if the link was revoked since it
    /// was requested: the email would be useless.
    pub(super) async fn issue_link_token(&self, row: mail::Model) -> Result<Option<OutgoingEmail>> {
        let Some(reference) = row.token_reference else { return Ok(build_outgoing(row, None)) };
        let tx = self.store.write_background().await?;
        let Some(prepared) = one_time_token::find_prepared(&tx, reference).await? else {
            tx.rollback().await;
            return Ok(None);
        };
        let token = one_time_token::issue(&tx, prepared, self.now()).await?;
        tx.commit().await?;
        Ok(build_outgoing(row, Some(&token)))
    }

    /// Builds the email for a developer without a mail server. Issues the token of its link on the first view and
    /// stores it, so that reloads show the same link.
    pub(super) async fn show_link_token(&self, row: mail::Model) -> Result<Option<OutgoingEmail>> {
        let (Some(reference), None) = (row.token_reference, &row.shown_token) else {
            let token = row.shown_token.clone();
            return Ok(build_outgoing(row, token.as_deref()));
        };
        let tx = self.store.write().await?;
        let prepared = one_time_token::find_prepared(&tx, reference).await?;
        // Locked, so that two concurrent views show the same token.
        let locked = mail::Entity::update_many()
            .col_expr(mail::Column::ShownToken, Expr::col(mail::Column::ShownToken))
            .filter(mail::Column::Id.eq(row.id))
            .exec_with_returning(&tx)
            .await?;
        let shown = locked.into_iter().next().and_then(|row| row.shown_token);
        let token = match (shown, prepared) {
            (None, Some(prepared)) => Some(one_time_token::issue(&tx, prepared, self.now()).await?),
            (shown, _) => shown,
        };
        if let Some(token) = &token {
            mail::Entity::update_many()
                .col_expr(mail::Column::ShownToken, Expr::value(token))
                .filter(mail::Column::Id.eq(row.id))
                .exec(&tx)
                .await?;
        }
        tx.commit().await?;
        Ok(build_outgoing(row, token.as_deref()))
    }
}
