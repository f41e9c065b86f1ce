//! Profiles of talents: their name in URLs, and whether people who aren't signed in see them. Nodes of the version
//! before keep working: columns are only added, and the index that is replaced keeps its name and serves them too.
//!
//! Existing profiles stay private, because their owners were told that only signed-in people see them.
//! `services::migrate` makes the slugs, because only `services` has the code that folds a name.

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
        for column in [text_null("slug").take(), boolean("public_profile").default(false).take()] {
            manager.alter_table(Table::alter().table("person").add_column(column).take()).await?;
        }
        // Partial: updating a column with a plain unique index would block inserts that refer to the row.
        let unique = "CREATE UNIQUE INDEX person_by_slug ON person (slug) WHERE slug IS NOT NULL";
        manager.get_connection().execute_unprepared(unique).await?;
        // With all columns that the search for such rows reads: otherwise SQLite takes a scan of the names of all people
        // for cheaper, now that a row has more columns.
        manager.get_connection().execute_unprepared("DROP INDEX person_without_search_name").await?;
        let missing =
            "CREATE INDEX person_without_search_name ON person (id, name, search_name) WHERE search_name IS NULL";
        manager.get_connection().execute_unprepared(missing).await?;
        // Finds the newest profiles. Replaced by `m2026_11_30_profile_indexes`.
        manager.create_index(build_index("person", &["role", "email_verified", "id"])).await
    }
}
