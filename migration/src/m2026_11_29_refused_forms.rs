//! What was typed into plain forms that were refused, for ten minutes, by the hash of a random id.

use crate::columns::build_index;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let forms = Table::create()
            .table("refused_form")
            .col(binary_len("id_hash", 32).primary_key())
            .col(uuid_null("person_id"))
            .col(binary_len("browser_hash", 32))
            .col(text("path"))
            .col(text("fields"))
            .col(big_integer("expires_at"))
            .take();
        manager.create_table(forms).await?;
        manager.create_index(build_index("refused_form", &["person_id"])).await?;
        manager.create_index(build_index("refused_form", &["expires_at"])).await
    }
}
