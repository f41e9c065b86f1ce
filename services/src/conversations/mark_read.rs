use super::{
    ConversationQuery, Party,
    read_markers::{advance_marker, both_want_receipts, count_unread_after},
};
use crate::{
    Greenroom, Result, Viewer,
    entity::notification,
    realtime::{EventRecorder, lock_last_seqs},
    run_to_completion,
    store::Transaction,
};
use model::{ApiError, ConversationId, Event, NotificationId};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Condition, Expr},
};

impl Greenroom {
    /// Records that the viewer has read up to `seq`: never backwards, never past the last message. Marks notifications
    /// about these messages as seen. The viewer gets an event, and so does the sender if both want receipts.
    ///
    /// # Errors
    /// `NotFound` if the viewer has no conversation with this id; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn mark_read(&self, viewer: &Viewer, id: ConversationId, seq: i64) -> Result<()> {
        viewer.require_write_scope()?;
        self.rate_limits.marker_updates.acquire(viewer.id())?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move { greenroom.mark_read_inner(&viewer, id, seq).await }).await
    }

    async fn mark_read_inner(&self, viewer: &Viewer, id: ConversationId, seq: i64) -> Result<()> {
        let (now, party) = (self.now(), Party::of(viewer));
        let tx = self.write_background_for(viewer).await?;
        let Some(row) = advance_marker(&tx, viewer, id, (party.read_seq(), seq), Condition::all()).await? else {
            return match ConversationQuery::of(viewer).find(&tx, id).await? {
                Some(_) => tx.commit().await,
                None => Err(ApiError::NotFound.into()),
            };
        };
        let counterpart = party.counterpart(&row);
        let read_seq = Ord::min(seq, row.last_seq);
        let advanced =
            advance_marker(&tx, viewer, id, (party.seen_seq(), read_seq), both_want_receipts()).await?.is_some();
        let unread = count_unread_after(&tx, id, read_seq, viewer.id()).await?;
        let mut recorder = EventRecorder::default();
        let read = Event::ConversationRead { conversation_id: id, user_id: viewer.id(), read_seq, unread };
        if advanced {
            recorder.record(counterpart, read.clone());
        }
        recorder.record(viewer.id(), read);
        lock_last_seqs(&tx, [viewer.id(), counterpart]).await?;
        let ids = mark_notifications_read(&tx, viewer, id, read_seq, now.millis()).await?;
        if !ids.is_empty() {
            let unread = crate::notifications::count_unread(&tx, viewer.id()).await?;
            recorder.record(viewer.id(), Event::NotificationRead { ids, all: false, unread, read_at: now });
        }
        recorder.commit(tx, &self.realtime.hub, now).await?;
        Ok(())
    }
}

async fn mark_notifications_read(
    tx: &Transaction,
    viewer: &Viewer,
    id: ConversationId,
    read_seq: i64,
    now: i64,
) -> Result<Vec<NotificationId>> {
    let seen = notification::Entity::update_many()
        .col_expr(notification::Column::ReadAt, Expr::value(now))
        .filter(notification::Column::PersonId.eq(viewer.id().0))
        .filter(notification::Column::ReadAt.is_null())
        .filter(notification::Column::ConversationId.eq(id.0))
        .filter(notification::Column::MessageSeq.lte(read_seq))
        .exec_with_returning(tx)
        .await?;
    Ok(seen.into_iter().map(|row| NotificationId(row.id)).collect())
}
