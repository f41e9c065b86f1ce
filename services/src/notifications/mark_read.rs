use crate::{
    Greenroom, Result, Viewer,
    entity::notification,
    realtime::{EventRecorder, lock_last_seqs},
    run_to_completion,
};
use model::{Event, NotificationId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

/// A selection of the viewer's notifications.
#[derive(Clone, Debug)]
pub enum NotificationSelection {
    /// All notifications.
    All,
    /// Notifications by id; ids of other people's notifications are ignored.
    Ids(Vec<NotificationId>),
}

impl Greenroom {
    /// Marks notifications of the viewer as seen, and sends an event to all their devices.
    ///
    /// # Errors
    /// `InsufficientScope` for an access token that may only read; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn mark_notifications_seen(&self, viewer: &Viewer, seen: NotificationSelection) -> Result<()> {
        viewer.require_write_scope()?;
        self.rate_limits.housekeeping.acquire(viewer.session())?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move {
            let now = greenroom.now();
            let tx = greenroom.write_for(&viewer).await?;
            // Locked before counting, so that the count and the event's sequence number are consistent.
            lock_last_seqs(&tx, [viewer.id()]).await?;
            let mut marked = notification::Entity::update_many()
                .col_expr(notification::Column::ReadAt, Expr::value(now.millis()))
                .filter(notification::Column::PersonId.eq(viewer.id().0))
                .filter(notification::Column::ReadAt.is_null());
            if let NotificationSelection::Ids(ids) = &seen {
                marked = marked.filter(notification::Column::Id.is_in(ids.iter().map(|id| id.0)));
            }
            let marked = marked.exec_with_returning(&tx).await?;
            if marked.is_empty() {
                // A concurrent request may have marked them: commits to wait until its changes are durable.
                return tx.commit().await;
            }
            let all = matches!(seen, NotificationSelection::All);
            let ids = marked.into_iter().map(|row| NotificationId(row.id));
            let ids = if all { Vec::new() } else { ids.collect() };
            let unread = super::count_unread(&tx, viewer.id()).await?;
            let mut recorder = EventRecorder::default();
            recorder.record(viewer.id(), Event::NotificationRead { ids, all, unread, read_at: now });
            recorder.commit(tx, &greenroom.realtime.hub, now).await?;
            Ok(())
        })
        .await
    }
}
