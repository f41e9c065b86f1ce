use super::{Viewer, registration::unchanged_person};
use crate::{Error, Greenroom, Result, entity::person, run_to_completion, time_zone::TimeZone};
use model::{FieldError, TimeZoneName};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};

impl Greenroom {
    /// Stores the time zone of the viewer's device. The next pages show times in it from the first byte.
    ///
    /// # Errors
    /// `Invalid` if there is no such zone; `SessionRequired` for an access token; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_time_zone(&self, viewer: &Viewer, name: TimeZoneName) -> Result<()> {
        viewer.require_full_scope()?;
        self.rate_limits.account_changes.acquire(viewer.id())?;
        let zone = TimeZone::find(&name).ok_or_else(|| Error::for_field("time_zone", FieldError::Invalid))?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move {
            let (tx, _) = greenroom.write_for_account(&viewer).await?;
            let time_zone = Set(Some(zone.name().to_string()));
            person::ActiveModel { time_zone, ..unchanged_person(viewer.id().0) }.update(&tx).await?;
            tx.commit().await
        })
        .await
    }
}
