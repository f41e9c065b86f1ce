//! Rows that a health check writes to find out whether the disk has space.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let probes = Table::create()
            .table("write_probe")
            .col(pk_uuid("process_id"))
            .col(blob("filler"))
            .col(big_integer("probed_at"))
            .take();
        manager.create_table(probes).await
    }
}
