//! Orders an inbox by its person's event sequence: a clock that is set back doesn't put newer conversations below older
//! ones.

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
        for side in ["organizer", "talent"] {
            let column = big_integer(format!("{side}_event_seq")).default(0).take();
            manager.alter_table(Table::alter().table("conversation").add_column(column).take()).await?;
            // Keeps the existing order, in numbers below all future ones.
            let keep_order = format!(
                "UPDATE conversation SET {side}_event_seq = ranked.place FROM (SELECT id, \
                 row_number() OVER (PARTITION BY {side}_id ORDER BY updated_at, id) \
                 - count(*) OVER (PARTITION BY {side}_id) AS place FROM conversation) AS ranked \
                 WHERE ranked.id = conversation.id"
            );
            manager.get_connection().execute_unprepared(&keep_order).await?;
        }
        for before in ["conversation_by_organizer_id_updated_at_id", "conversation_by_talent_id_updated_at_id"] {
            manager.drop_index(Index::drop().name(before).table("conversation").to_owned()).await?;
        }
        manager.create_index(build_index("conversation", &["organizer_id", "organizer_event_seq", "id"])).await?;
        manager.create_index(build_index("conversation", &["talent_id", "talent_event_seq", "id"])).await
    }
}
