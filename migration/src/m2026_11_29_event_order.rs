//! Orders bookings and notifications by their person's event sequence, like inboxes: a clock that is set back doesn't
//! put newer ones below older ones. Rows that an older node writes after this migration sort between those from before
//! it and those that newer nodes write.

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
        let lists = [
            ("notification", "person_id", "event_seq"),
            ("booking", "organizer_id", "organizer_event_seq"),
            ("booking", "talent_id", "talent_event_seq"),
        ];
        for (table, person, seq) in lists {
            let column = big_integer(seq).default(0).take();
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
            // Keeps the existing order, in numbers below all future ones.
            let keep_order = format!(
                "UPDATE {table} SET {seq} = ranked.place FROM (SELECT id, \
                 row_number() OVER (PARTITION BY {person} ORDER BY id) - count(*) OVER (PARTITION BY {person}) AS place \
                 FROM {table}) AS ranked WHERE ranked.id = {table}.id"
            );
            manager.get_connection().execute_unprepared(&keep_order).await?;
            let before = format!("{table}_by_{person}_id");
            manager.drop_index(Index::drop().name(before).table(table).to_owned()).await?;
            manager.create_index(build_index(table, &[person, seq, "id"])).await?;
        }
        Ok(())
    }
}
