use super::{Viewer, security_log::SecurityEvent, viewer::SessionScope};
use crate::{
    Greenroom, Result,
    entity::{device, session},
    run_to_completion,
};
use model::{ApiError, Device, SessionEndReason, SessionId, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

impl Greenroom {
    /// Returns the devices the viewer is signed in on, the most recently used first.
    ///
    /// # Errors
    /// `SessionRequired` for an access token.
    pub async fn list_devices(&self, viewer: &Viewer) -> Result<Vec<Device>> {
        viewer.require_full_scope()?;
        let rows = session::Entity::find()
            .filter(session::Column::PersonId.eq(viewer.id().0))
            .filter(session::Column::Scope.eq(SessionScope::Full.as_str()))
            .filter(session::Column::ExpiresAt.gt(self.now().millis()))
            .order_by_desc(session::Column::LastSeenAt)
            .order_by_desc(session::Column::Id)
            .all(self.store.reader())
            .await?;
        let device = |row: session::Model| Device {
            id: SessionId(row.id),
            current: row.id == viewer.session().0,
            user_agent: row.user_agent,
            created_at: Timestamp::from_millis(row.created_at),
            last_seen_at: Timestamp::from_millis(row.last_seen_at),
        };
        Ok(rows.into_iter().map(device).collect())
    }

    /// Ends a session or an access token of the viewer, and its streams.
    ///
    /// # Errors
    /// `NotFound` if the viewer has none with this id; `SessionRequired` for an access token; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn end_session(&self, viewer: &Viewer, id: SessionId) -> Result<()> {
        viewer.require_full_scope()?;
        self.rate_limits.housekeeping.acquire(viewer.session())?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move {
            let (tx, _) = greenroom.write_for_account(&viewer).await?;
            let ended = session::Entity::delete_many()
                .filter(session::Column::Id.eq(id.0))
                .filter(session::Column::PersonId.eq(viewer.id().0))
                .exec(&tx)
                .await?;
            // The device may be lost or stolen, so it loses its own limit on failed sign-ins.
            device::Entity::delete_many()
                .filter(device::Column::SessionId.eq(id.0))
                .filter(device::Column::PersonId.eq(viewer.id().0))
                .exec(&tx)
                .await?;
            tx.commit().await?;
            if ended.rows_affected == 0 {
                return Err(ApiError::NotFound.into());
            }
            greenroom.realtime.hub.end_session(viewer.id(), id, SessionEndReason::Revoked);
            greenroom.log_security(SecurityEvent::SessionRevoked, viewer.id(), viewer.from).await;
            Ok(())
        })
        .await
    }
}
