//! Titles of bookings without case and accents, for searches. Only additions, so that nodes of the version before keep
//! working.
//!
//! `services::migrate` fills the column, because only `services` has the code that folds a text.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = text_null("search_title").take();
        manager.alter_table(Table::alter().table("booking").add_column(column).take()).await?;
        // Almost empty: finds rows that an older node wrote. With all columns that the search for them reads, so that
        // SQLite takes it rather than scan the table.
        let missing = "CREATE INDEX booking_without_search_title ON booking (id, title, search_title) \
            WHERE search_title IS NULL";
        manager.get_connection().execute_unprepared(missing).await?;
        Ok(())
    }
}
