//! Converts addresses to the canonical form that is stored from now on: the domain as in the DNS.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let beyond_ascii = Expr::cust("octet_length(email) <> length(email)");
        let written = Query::select().column("email").from("person").and_where(beyond_ascii).take();
        for row in connection.query_all(&written).await? {
            let email: String = row.try_get("", "email")?;
            let Some(canonical) = canonical(&email) else { continue };
            let same = |email: &str| Expr::col("email").eq(email);
            let taken = Query::select().column("email").from("person").and_where(same(&canonical)).take();
            // If two accounts have one mailbox in two notations, this one keeps its old form.
            if connection.query_one(&taken).await?.is_none() {
                let update = Query::update().table("person").value("email", canonical).and_where(same(&email)).take();
                connection.execute(&update).await?;
            }
        }
        Ok(())
    }
}

fn canonical(email: &str) -> Option<String> {
    let (local, domain) = email.rsplit_once('@')?;
    Some(format!("{local}@{}", idna::domain_to_ascii_strict(domain).ok()?))
}
