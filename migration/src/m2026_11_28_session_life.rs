//! Limits a session to 90 days, however often it is used. This applies to existing sessions, too.
//!
//! Access tokens expired a year after their last use. They keep their expiry time, which use no longer extends.

use sea_orm_migration::prelude::*;

const LIFE: i64 = 90 * 24 * 60 * 60 * 1_000;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let end = || Expr::col("created_at").add(LIFE);
        let mut shortened = Query::update();
        shortened
            .table("session")
            .value("expires_at", end())
            .and_where(Expr::col("scope").eq("full"))
            .and_where(Expr::col("expires_at").gt(end()));
        manager.get_connection().execute(&shortened).await?;
        Ok(())
    }
}
