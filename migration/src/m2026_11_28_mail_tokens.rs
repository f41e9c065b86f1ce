//! Tokens of mailed links are generated when the e-mail is sent: until then, a token's row has a reference that opens
//! nothing. E-mails that strangers cause are counted by recipient in a table of its own: mail rows are deleted.

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
        let columns = [
            ("token", uuid_null("reference").take()),
            ("mail", uuid_null("token_reference").take()),
            // Set only where there is no mail server and a developer reads the e-mail on a page.
            ("mail", text_null("shown_token").take()),
            // Conversation by which mail programs group the e-mail into a thread.
            ("mail", uuid_null("conversation_id").take()),
        ];
        for (table, column) in columns {
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }
        manager.create_index(build_index("token", &["reference"]).unique().take()).await?;
        manager.create_table(email_budgets()).await?;
        manager.create_index(build_index("email_budget", &["updated_at"])).await
    }
}

/// When e-mails that strangers caused were sent to an address, which is stored as a hash. One row for each address, so
/// that it can be locked.
fn email_budgets() -> TableCreateStatement {
    Table::create()
        .table("email_budget")
        .col(binary_len("recipient_hash", 32).primary_key())
        .col(text("sent_at"))
        .col(big_integer("updated_at"))
        .take()
}
