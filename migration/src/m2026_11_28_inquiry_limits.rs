//! Indexes for counting an organizer's booking requests: those of the last day, and unanswered ones with one talent.
//! Only additions, so that nodes of the version before keep working.

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
        manager.create_index(build_index("booking", &["organizer_id", "created_at"])).await?;
        manager.create_index(build_index("booking", &["organizer_id", "talent_id", "status", "event_date"])).await
    }
}
