//! The time zone of a device is that of its session: one person uses devices in several zones.
//!
//! Drops the column of the person, which no release has had. Browsers report their zone again.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = text_null("time_zone").take();
        manager.alter_table(Table::alter().table("session").add_column(column).take()).await?;
        manager.alter_table(Table::alter().table("person").drop_column("time_zone").take()).await
    }
}
