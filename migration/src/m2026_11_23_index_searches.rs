//! Indexes for queries that scanned whole tables. Only additions, so that nodes of the version before keep working.
//!
//! PostgreSQL blocks writes to a table while it builds an index, about a second for a million rows. `CONCURRENTLY`
//! isn't used: it waits for all other transactions, including that of a process that waits for this migration.

use crate::columns::build_index;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in indexes() {
            manager.create_index(index).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            // A statement prepared for any address can't use the unique index, because that one is partial.
            manager.create_index(build_index("person", &["email"]).name("person_to_sign_in").take()).await?;
        }
        Ok(())
    }
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        // When an account is deleted, the database searches for rows that refer to it.
        build_index("notification", &["actor_id"]),
        // Finds accounts that were never confirmed without reading those that were deleted.
        build_index("person", &["email_verified", "deleted_at", "created_at"]),
        build_index("mail", &["created_at"]),
        build_index("mail", &["parked_at"]),
    ]
}
