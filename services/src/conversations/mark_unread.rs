use super::{ConversationQuery, Party, read_markers::count_unread_after};
use crate::{
    Greenroom, Result, Viewer,
    entity::conversation,
    realtime::{EventRecorder, lock_last_seqs},
    run_to_completion,
};
use model::{ApiError, ConversationId, Event};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

impl Greenroom {
    /// Marks messages from `seq` on as unread again, on all devices of the viewer. The other person gets no event:
    /// their receipts stay. Does nothing if these messages are unread already.
    ///
    /// # Errors
    /// `NotFound` if the viewer has no conversation with this id; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn mark_unread(&self, viewer: &Viewer, id: ConversationId, seq: i64) -> Result<()> {
        viewer.require_write_scope()?;
        self.rate_limits.marker_updates.acquire(viewer.id())?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move {
            let (now, party) = (greenroom.now(), Party::of(&viewer));
            let read_seq = Ord::max(seq, 1) - 1;
            let tx = greenroom.write_background_for(&viewer).await?;
            let updated = conversation::Entity::update_many()
                .col_expr(party.read_seq(), Expr::value(read_seq))
                .filter(conversation::Column::Id.eq(id.0))
                .filter(party.owns(&viewer))
                .filter(party.read_seq().gt(read_seq))
                .exec_with_returning(&tx)
                .await?;
            if updated.is_empty() {
                ConversationQuery::of(&viewer).find(&tx, id).await?.ok_or(ApiError::NotFound)?;
                return tx.commit().await;
            }
            lock_last_seqs(&tx, [viewer.id()]).await?;
            let unread = count_unread_after(&tx, id, read_seq, viewer.id()).await?;
            let mut recorder = EventRecorder::default();
            let event = Event::ConversationRead { conversation_id: id, user_id: viewer.id(), read_seq, unread };
            recorder.record(viewer.id(), event);
            recorder.commit(tx, &greenroom.realtime.hub, now).await?;
            Ok(())
        })
        .await
    }
}
