use super::request::{MessageRequest, SendOutcome, generate_client_id};
use crate::{
    Error, Greenroom, Result, Viewer, batcher::fail_batch, conversations::Party, entity::conversation, metrics,
    store::Transaction,
};
use model::{ApiError, ConversationId, MessageDraft, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};
use std::time::Instant;

impl Greenroom {
    /// Sends a message. The message, its sequence number, both people's events and the notification are one
    /// transaction. Idempotent: the same client id returns the same message.
    ///
    /// # Errors
    /// `NotFound` if the conversation isn't the viewer's; `ClientIdReused` if the client id belongs to a different
    /// message; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn send_message(&self, viewer: &Viewer, draft: MessageDraft) -> Result<SendOutcome> {
        measure_send(self.submit_message(viewer, draft)).await
    }

    async fn submit_message(&self, viewer: &Viewer, draft: MessageDraft) -> Result<SendOutcome> {
        viewer.require_write_scope()?;
        self.rate_limits.sends.acquire(viewer.id())?;
        let client_id = draft.client_id.unwrap_or_else(generate_client_id);
        let request = MessageRequest { viewer: viewer.clone(), draft, client_id };
        let greenroom = self.clone();
        self.message_batcher.submit(request, |batch| async move { greenroom.send_batch(batch).await }).await
    }

    #[tracing::instrument(level = "debug", skip_all, fields(messages = batch.len()))]
    async fn send_batch(&self, batch: Vec<MessageRequest>) -> Vec<Result<SendOutcome>> {
        ::metrics::histogram!(metrics::MESSAGE_BATCH_SIZE).record(batch.len() as f64);
        match self.send_all(&batch).await {
            Ok(results) => results,
            // Send them one by one: a message that violates a constraint must not fail the others.
            Err(Error::Database(error)) if error.sql_err().is_some() => self.send_each(&batch).await,
            Err(error) => fail_batch(error, batch.len()),
        }
    }

    async fn send_each(&self, batch: &[MessageRequest]) -> Vec<Result<SendOutcome>> {
        let mut results = Vec::with_capacity(batch.len());
        for one in batch {
            let alone = self.send_all(std::slice::from_ref(one)).await;
            results
                .push(alone.and_then(|results| results.into_iter().next().ok_or_else(|| Error::corrupt("message"))?));
        }
        results
    }
}

/// Measures a send, from the call to its response.
async fn measure_send(sending: impl Future<Output = Result<SendOutcome>>) -> Result<SendOutcome> {
    let start = Instant::now();
    let result = sending.await;
    let outcome = match &result {
        Ok(SendOutcome::New(_)) => "new",
        Ok(SendOutcome::Duplicate(_)) => "duplicate",
        Err(Error::Api(_)) => "refused",
        Err(_) => "failed",
    };
    metrics::record_send(outcome, start.elapsed());
    result
}

/// Locks the conversation and allocates its next `seq`. The same statement authorises: its filter matches only the
/// viewer's own conversations.
pub(crate) async fn allocate_seq(
    tx: &Transaction,
    viewer: &Viewer,
    id: ConversationId,
    now: Timestamp,
) -> Result<conversation::Model> {
    let locked = conversation::Entity::update_many()
        .col_expr(conversation::Column::LastSeq, Expr::col(conversation::Column::LastSeq).add(1))
        .col_expr(conversation::Column::UpdatedAt, Expr::value(now.millis()))
        .filter(conversation::Column::Id.eq(id.0))
        .filter(Party::of(viewer).owns(viewer))
        .exec_with_returning(tx)
        .await?;
    Ok(locked.into_iter().next().ok_or(ApiError::NotFound)?)
}
