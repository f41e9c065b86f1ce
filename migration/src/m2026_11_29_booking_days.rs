//! Indexes for a person's bookings by day. Only additions, so that nodes of the version before keep working.

use crate::columns::build_index;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(build_index("booking", &["organizer_id", "event_date", "id"])).await?;
        manager.create_index(build_index("booking", &["talent_id", "event_date", "id"])).await
    }
}
