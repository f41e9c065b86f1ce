//! Allows several tokens for one e-mail: each send attempt adds a token, and the earlier ones keep working.

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
        let unique = Index::drop().name("token_by_reference").table("token").to_owned();
        manager.drop_index(unique).await?;
        manager.create_index(build_index("token", &["reference"])).await
    }
}
