//! Indexes for what was read through until now: only additions, so that programs of the step before go on beside it.
//!
//! On PostgreSQL a table takes no writes while an index on it is made, a second or so for a million rows. It isn't done
//! concurrently, because that waits for every other transaction, also for that of a process which waits for this one.

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
            // The unique one has a condition, of which a statement prepared for any address can make no use.
            manager.create_index(build_index("person", &["email"]).name("person_to_sign_in").take()).await?;
        }
        Ok(())
    }
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        // Whenever an account is deleted, the database looks for what refers to it.
        build_index("notification", &["actor_id"]),
        // Accounts that were never confirmed, past those who left.
        build_index("person", &["email_verified", "deleted_at", "created_at"]),
        build_index("mail", &["created_at"]),
        build_index("mail", &["parked_at"]),
    ]
}
