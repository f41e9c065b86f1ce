use super::{
    ConversationQuery, Party,
    read_markers::{advance_marker, both_want_receipts},
};
use crate::{Greenroom, Result, Viewer, realtime::EventRecorder, run_to_completion};
use model::{ApiError, ConversationId, Event};

impl Greenroom {
    /// Records that messages up to `seq` have reached a device of the viewer: never backwards, never past the last.
    /// If both people want receipts, the sender gets an event; otherwise the marker doesn't move.
    ///
    /// # Errors
    /// `NotFound` if the viewer has no conversation with this id; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn mark_delivered(&self, viewer: &Viewer, id: ConversationId, seq: i64) -> Result<()> {
        viewer.require_write_scope()?;
        self.rate_limits.marker_updates.acquire(viewer.id())?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move {
            let (now, party) = (greenroom.now(), Party::of(&viewer));
            let tx = greenroom.write_background_for(&viewer).await?;
            let Some(row) =
                advance_marker(&tx, &viewer, id, (party.delivered_seq(), seq), both_want_receipts()).await?
            else {
                ConversationQuery::of(&viewer).find(&tx, id).await?.ok_or(ApiError::NotFound)?;
                return tx.commit().await;
            };
            let delivered_seq = Ord::min(seq, row.last_seq);
            let event = Event::ConversationDelivered { conversation_id: id, user_id: viewer.id(), delivered_seq };
            let mut recorder = EventRecorder::default();
            recorder.record(party.counterpart(&row), event);
            recorder.commit(tx, &greenroom.realtime.hub, now).await?;
            Ok(())
        })
        .await
    }
}
