//! The time zone of each person's device. Nullable, so that nodes of the version before keep inserting people.

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
        manager.alter_table(Table::alter().table("person").add_column(column).take()).await
    }
}
