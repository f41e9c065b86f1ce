//! Receipts and presence: for each party the marker shown to the other apart from their own read marker, a delivery
//! marker, and each person's choice whether receipts and presence are on.

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
        // Until now, receipts showed every read marker, so the shown and delivered markers start there.
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

/// When a person was last online. In a table of its own, because other transactions lock the person's row.
fn visits() -> TableCreateStatement {
    Table::create()
        .table("visit")
        .col(pk_uuid("person_id"))
        .col(big_integer("active_at"))
        .foreign_key(&mut build_foreign_key("visit", "person_id", "person"))
        .take()
}
