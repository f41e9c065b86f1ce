//! When the password was last typed in a session. Older sessions have 0, so that they ask for the password again.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = big_integer("confirmed_at").default(0).take();
        manager.alter_table(Table::alter().table("session").add_column(column).take()).await
    }
}
