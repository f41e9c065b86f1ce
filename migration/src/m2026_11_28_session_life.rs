//! A session lasts 90 days at the longest, however often it is used. Those that began before this step end as early.
//!
//! Access tokens ended a year after their last use. They keep the end they had, which their use no longer moves.

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
