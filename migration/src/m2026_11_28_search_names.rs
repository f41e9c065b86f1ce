//! Names without case and accents, for searches. Only additions: a node of the version before goes on beside it.
//!
//! The column is filled by `services::migrate`, which alone knows how a name is folded.

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
        let column = text_null("search_name").take();
        manager.alter_table(Table::alter().table("person").add_column(column).take()).await?;
        // The directory is read in the order of this index, and a name that doesn't fit is passed over without its row.
        manager.create_index(build_index("person", &["role", "name", "id", "search_name"])).await?;
        manager.drop_index(Index::drop().name("person_by_role_name_id").table("person").to_owned()).await?;
        // Almost empty: a start looks here for names that an older node wrote.
        let missing = "CREATE INDEX person_without_search_name ON person (id) WHERE search_name IS NULL";
        manager.get_connection().execute_unprepared(missing).await?;
        Ok(())
    }
}
