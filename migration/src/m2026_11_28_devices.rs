//! Browsers that a person has signed in with, by the hash of their cookie's value. Rows outlive the session, so that a
//! stranger who guesses passwords of an account doesn't lock out the owner's own devices.

use crate::columns::{build_foreign_key, build_index};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(devices()).await?;
        manager.create_index(build_index("device", &["person_id", "created_at"])).await?;
        manager.create_index(build_index("device", &["created_at"])).await?;
        // Devices that are signed in at this time become known, too.
        let columns = ["token_hash", "person_id", "session_id", "created_at"];
        let sessions = Query::select()
            .columns(["token_hash", "person_id", "id", "created_at"])
            .from("session")
            .and_where(Expr::col("scope").eq("full"))
            .take();
        let mut copy = Query::insert();
        let fits = copy.into_table("device").columns(columns).select_from(sessions);
        fits.map_err(|error| DbErr::Custom(error.to_string()))?;
        manager.get_connection().execute(&copy).await?;
        Ok(())
    }
}

fn devices() -> TableCreateStatement {
    Table::create()
        .table("device")
        .col(binary_len("token_hash", 32).primary_key())
        .col(uuid("person_id"))
        .col(uuid("session_id"))
        .col(big_integer("created_at"))
        .foreign_key(&mut build_foreign_key("device", "person_id", "person"))
        .take()
}
