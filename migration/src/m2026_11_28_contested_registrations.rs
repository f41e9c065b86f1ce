//! Marks all unconfirmed accounts as contested: until now a row didn't record whether more than one person had used its
//! address. The person who follows the mailed link enters their profile again.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let waiting = || Cond::all().add(Expr::col("email_verified").eq(false)).add(Expr::col("deleted_at").is_null());
        let contested = Query::update()
            .table("person")
            .value("password_hash", "")
            .value("name", "")
            .value("craft", None::<String>)
            .cond_where(waiting())
            .take();
        manager.get_connection().execute(&contested).await?;
        // Password reset links would set a password and keep the rest of the contested registration.
        let people = Query::select().column("id").from("person").cond_where(waiting()).take();
        let links = Query::delete()
            .from_table("token")
            .and_where(Expr::col("purpose").eq("reset"))
            .and_where(Expr::col("person_id").in_subquery(people))
            .take();
        manager.get_connection().execute(&links).await?;
        Ok(())
    }
}
