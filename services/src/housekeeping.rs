//! Throws away what is past its time: events older than the log keeps, sessions that are over.

use crate::{Greenroom, Result, entity::session, live};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(60 * 60);

impl Greenroom {
    /// Keeps house, for ever.
    pub async fn keep_house(self) {
        let mut ticks = tokio::time::interval(EVERY);
        loop {
            ticks.tick().await;
            if let Err(error) = self.sweep().await {
                error.into_refusal();
            }
        }
    }

    /// Throws away what is past its time, a little at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep(&self) -> Result<()> {
        let now = self.now().millis();
        session::Entity::delete_many().filter(session::Column::ExpiresAt.lte(now)).exec(self.store.writer()).await?;
        let kept = i64::try_from(self.limits.keep_events.as_millis()).unwrap_or(i64::MAX);
        while live::prune(self.store.writer(), now.saturating_sub(kept)).await? {
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}
