//! How far messages have come: what each of the two was told apart from where each has read, and whether somebody
//! wants that told, or when they are here.

use crate::columns::build_foreign_key;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            ("person", boolean("receipts").default(true).take()),
            ("person", boolean("presence").default(true).take()),
            ("conversation", big_integer("organizer_seen_seq").default(0).take()),
            ("conversation", big_integer("talent_seen_seq").default(0).take()),
            ("conversation", big_integer("organizer_delivered_seq").default(0).take()),
            ("conversation", big_integer("talent_delivered_seq").default(0).take()),
        ];
        for (table, column) in columns {
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }
        manager.create_table(visits()).await?;
        // Until now whatever was read was told.
        let mut told = Query::update();
        told.table("conversation");
        for side in ["organizer", "talent"] {
            let read = Expr::col(format!("{side}_read_seq"));
            told.value(format!("{side}_seen_seq"), read.clone()).value(format!("{side}_delivered_seq"), read);
        }
        manager.get_connection().execute(&told).await?;
        Ok(())
    }
}

/// When somebody was last here. Not in their own row, which others hold while they change or read who they are.
fn visits() -> TableCreateStatement {
    Table::create()
        .table("visit")
        .col(pk_uuid("person_id"))
        .col(big_integer("active_at"))
        .foreign_key(&mut build_foreign_key("visit", "person_id", "person"))
        .take()
}
