use super::Viewer;
use crate::{Error, Greenroom, Result, entity::session, run_to_completion, time_zone::TimeZone};
use model::{FieldError, TimeZoneName};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

impl Greenroom {
    /// Stores the time zone of this session's device. The next pages show times in it from the first byte.
    ///
    /// # Errors
    /// `Invalid` if there is no such zone; `SessionRequired` for an access token; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_time_zone(&self, viewer: &Viewer, name: TimeZoneName) -> Result<()> {
        viewer.require_full_scope()?;
        if viewer.time_zone() == Some(&name) {
            return Ok(());
        }
        let zone = TimeZone::find(&name).ok_or_else(|| Error::for_field("time_zone", FieldError::Invalid))?;
        self.rate_limits.time_zones.acquire(viewer.session())?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move {
            let tx = greenroom.write_background_for(&viewer).await?;
            session::Entity::update_many()
                .col_expr(session::Column::TimeZone, Expr::value(zone.name().to_string()))
                .filter(session::Column::Id.eq(viewer.session().0))
                .exec(&tx)
                .await?;
            tx.commit().await
        })
        .await
    }
}
