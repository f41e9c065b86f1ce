use super::{
    Side, View,
    marks::{both_want_receipts, move_forward},
};
use crate::{Greenroom, Result, Viewer, realtime::EventRecorder, run_to_completion};
use model::{ConversationId, Event, Refusal};

impl Greenroom {
    /// Notes that messages up to `seq` have reached a device of the viewer's: never backwards, never past the last.
    /// Whoever wrote them is told, where both want receipts.
    ///
    /// # Errors
    /// `NotFound` where the conversation isn't theirs; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn deliver(&self, viewer: &Viewer, id: ConversationId, seq: i64) -> Result<()> {
        viewer.require_write_scope()?;
        self.marker_limiter.acquire(viewer.id())?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move {
            let (now, side) = (greenroom.now(), Side::of(&viewer));
            let tx = greenroom.write_background_for(&viewer).await?;
            let Some(row) = move_forward(&tx, &viewer, id, (side.delivered_seq(), seq), both_want_receipts()).await?
            else {
                View::of(&viewer).one(&tx, id).await?.ok_or(Refusal::NotFound)?;
                return tx.commit().await;
            };
            let delivered_seq = Ord::min(seq, row.last_seq);
            let event = Event::ConversationDelivered { conversation_id: id, user_id: viewer.id(), delivered_seq };
            let mut recorder = EventRecorder::default();
            recorder.record(side.counterpart(&row), event);
            recorder.commit(tx, &greenroom.hub, now).await?;
            Ok(())
        })
        .await
    }
}
