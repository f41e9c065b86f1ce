use super::batch::MessageRequest;
use crate::{
    Error, Greenroom, Result, Viewer,
    batcher::{Batcher, fail_batch},
    conversations::Party,
    entity::conversation,
    metrics,
    store::Transaction,
};
use model::{ApiError, ConversationId, Message, MessageDraft, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};

/// What became of a message.
#[derive(Debug)]
pub enum SendOutcome {
    /// It stands in the conversation now.
    New(Message),
    /// It stood there already: this was a retry.
    Duplicate(Message),
}

impl SendOutcome {
    /// The message, new or not.
    pub fn into_message(self) -> Message {
        match self {
            SendOutcome::New(message) | SendOutcome::Duplicate(message) => message,
        }
    }
}

/// Messages that wait to be written.
pub(crate) type MessageBatcher = Batcher<MessageRequest, SendOutcome>;

impl Greenroom {
    /// Sends a message. The message, its place, both people's events and the notification are one
    /// transaction; the same client id again gives the same message.
    ///
    /// # Errors
    /// `NotFound` where the conversation isn't the viewer's; `ClientIdReused` where the client id
    /// belongs to another message; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn send_message(&self, viewer: &Viewer, draft: MessageDraft) -> Result<SendOutcome> {
        metrics::measure_send(self.submit_message(viewer, draft)).await
    }

    async fn submit_message(&self, viewer: &Viewer, draft: MessageDraft) -> Result<SendOutcome> {
        viewer.require_write_scope()?;
        self.send_limiter.acquire(viewer.id())?;
        let client_id = draft.client_id.unwrap_or_else(crate::generate_client_id);
        let request = MessageRequest { viewer: viewer.clone(), draft, client_id };
        let greenroom = self.clone();
        self.message_batcher.submit(request, |batch| async move { greenroom.send_batch(batch).await }).await
    }

    #[tracing::instrument(level = "debug", skip_all, fields(messages = batch.len()))]
    async fn send_batch(&self, batch: Vec<MessageRequest>) -> Vec<Result<SendOutcome>> {
        ::metrics::histogram!(metrics::SENDS_TOGETHER).record(batch.len() as f64);
        match self.send_all(&batch).await {
            Ok(posted) => posted,
            // One that can't be written must not keep the others from it.
            Err(Error::Database(error)) if error.sql_err().is_some() => self.send_each(&batch).await,
            Err(error) => fail_batch(error, batch.len()),
        }
    }

    async fn send_each(&self, batch: &[MessageRequest]) -> Vec<Result<SendOutcome>> {
        let mut posted = Vec::with_capacity(batch.len());
        for one in batch {
            let alone = self.send_all(std::slice::from_ref(one)).await;
            posted.push(alone.and_then(|posted| posted.into_iter().next().ok_or_else(|| Error::corrupt("message"))?));
        }
        posted
    }
}

/// Locks the conversation and takes its next `seq`. The same statement is the authorisation: it finds
/// the row among the viewer's own or not at all.
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
