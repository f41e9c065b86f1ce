//! Each person's key, with which browsers encrypt stored drafts and unsent messages. Created on first request.

use crate::columns::build_foreign_key;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let keys = Table::create()
            .table("browser_key")
            .col(pk_uuid("person_id"))
            .col(text("secret"))
            .foreign_key(&mut build_foreign_key("browser_key", "person_id", "person"))
            .take();
        manager.create_table(keys).await
    }
}
