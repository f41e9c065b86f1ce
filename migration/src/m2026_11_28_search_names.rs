//! Names without case and accents, for searches. Only additions, so that nodes of the version before keep working.
//!
//! `services::migrate` fills the column, because only `services` has the code that folds a name.

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
        // The directory is read in the order of this index, which skips names that don't match without reading rows.
        manager.create_index(build_index("person", &["role", "name", "id", "search_name"])).await?;
        manager.drop_index(Index::drop().name("person_by_role_name_id").table("person").to_owned()).await?;
        // Almost empty: at startup, finds rows that an older node wrote without a search name.
        let missing = "CREATE INDEX person_without_search_name ON person (id) WHERE search_name IS NULL";
        manager.get_connection().execute_unprepared(missing).await?;
        Ok(())
    }
}
