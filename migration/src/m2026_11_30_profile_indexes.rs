//! Indexes that hold only the people whom a list shows. The one before held all talents, so on a site whose profiles
//! are private or empty, each request of the start page read all of them.
//!
//! Each begins with the role, which is the same in all of its rows: without a column to seek, SQLite would take another
//! index, and sort.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// As in `services/src/talents.rs`: a database takes a partial index only for the same conditions.
const INDEXES: [&str; 3] = [
    "CREATE INDEX person_suggested ON person (role, id) \
     WHERE role = 'talent' AND email_verified AND bio <> '' AND craft IS NOT NULL",
    "CREATE INDEX person_featured ON person (role, public_profile, id) \
     WHERE role = 'talent' AND email_verified AND bio <> '' AND craft IS NOT NULL",
    "CREATE INDEX person_without_slug ON person (role, id) \
     WHERE role = 'talent' AND email_verified AND slug IS NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        manager.get_connection().execute_unprepared("DROP INDEX person_by_role_email_verified_id").await?;
        Ok(())
    }
}
