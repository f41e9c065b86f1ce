//! Secret keys of a site, the same on all its nodes; and devices and networks from which people have signed in.

use crate::columns::{build_foreign_key, build_index};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let secrets =
            Table::create().table("site_secret").col(text("name").primary_key()).col(binary_len("secret", 32)).take();
        manager.create_table(secrets).await?;
        let devices = Table::create()
            .table("known_device")
            .col(uuid("person_id"))
            .col(binary_len("fingerprint", 32))
            .col(big_integer("seen_at"))
            .primary_key(Index::create().col("fingerprint").col("person_id"))
            .foreign_key(&mut build_foreign_key("known_device", "person_id", "person"))
            .take();
        manager.create_table(devices).await?;
        manager.create_index(build_index("known_device", &["person_id"])).await?;
        manager.create_index(build_index("known_device", &["seen_at"])).await
    }
}
