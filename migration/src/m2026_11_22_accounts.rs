//! Self-registered accounts: tokens of mailed links, the mail queue, access tokens and settings. Also
//! booking actions as entries of a conversation, and notifications about more than messages.

use crate::columns::{build_foreign_key, build_index};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds only one column per statement.
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }
        for table in [tokens(), mails()] {
            manager.create_table(table).await?;
        }
        rebuild_notifications(manager).await?;
        loosen_address(manager).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn columns() -> Vec<(&'static str, ColumnDef)> {
    vec![
        ("person", text("bio").default("").take()),
        ("person", text("mail_after").default("five_minutes").take()),
        ("person", big_integer_null("deleted_at").take()),
        // An access token is a session with a name and less than full scope.
        ("session", text("scope").default("full").take()),
        ("session", text("name").default("").take()),
        ("message", text_null("step").take()),
    ]
}

/// Tokens of mailed links. Only the hash of a token is stored.
fn tokens() -> TableCreateStatement {
    Table::create()
        .table("token")
        .col(binary_len("hash", 32).primary_key())
        .col(uuid("person_id"))
        .col(text("purpose"))
        .col(text("payload"))
        .col(big_integer("expires_at"))
        .foreign_key(&mut build_foreign_key("token", "person_id", "person"))
        .take()
}

/// The mail queue. After sending, a row loses its text, which may contain a link that opens an account, and
/// stays for a while so that it is counted.
fn mails() -> TableCreateStatement {
    Table::create()
        .table("mail")
        .col(pk_uuid("id"))
        .col(text_null("recipient"))
        .col(text("kind"))
        .col(text("subject"))
        .col(text("body_text"))
        .col(text("body_html"))
        .col(text_null("unsubscribe"))
        .col(big_integer("created_at"))
        .col(big_integer("due_at"))
        .col(integer("attempts"))
        .col(big_integer_null("sent_at"))
        .col(big_integer_null("parked_at"))
        .take()
}

/// Makes the conversation of a notification optional and adds the mail that announced it. SQLite can't drop
/// `NOT NULL` from a column, so the table is created again and filled from the old one.
async fn rebuild_notifications(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let known = ["id", "person_id", "kind", "conversation_id", "booking_id", "actor_id", "message_seq", "preview"];
    let known = known.into_iter().chain(["created_at", "read_at"]).collect::<Vec<_>>();
    let old = Alias::new("notification_before");
    manager.rename_table(Table::rename().table("notification", old.clone()).take()).await?;
    for columns in [&["person_id", "id"][..], &["person_id", "read_at", "conversation_id"]] {
        let name = format!("notification_by_{}", columns.join("_"));
        manager.drop_index(Index::drop().name(name).table(old.clone()).to_owned()).await?;
    }
    let table = Table::create()
        .table("notification")
        .col(pk_uuid("id"))
        .col(uuid("person_id"))
        .col(text("kind"))
        .col(uuid_null("conversation_id"))
        .col(uuid_null("booking_id"))
        .col(uuid("actor_id"))
        .col(big_integer("message_seq"))
        .col(text("preview"))
        .col(big_integer("created_at"))
        .col(big_integer_null("read_at"))
        .col(uuid_null("mail_id"))
        // The renamed table keeps constraints of the usual names, and PostgreSQL refuses a second one of the same name.
        .foreign_key(build_foreign_key("notification", "person_id", "person").name("notification_to_person"))
        .foreign_key(
            build_foreign_key("notification", "conversation_id", "conversation").name("notification_of_conversation"),
        )
        .foreign_key(build_foreign_key("notification", "actor_id", "person").name("notification_by_person"))
        .take();
    manager.create_table(table).await?;
    let rows = Query::select().columns(known.clone()).from(old.clone()).take();
    let mut copy = Query::insert();
    let fits = copy.into_table("notification").columns(known).select_from(rows);
    fits.map_err(|error| DbErr::Custom(error.to_string()))?;
    manager.get_connection().execute(&copy).await?;
    manager.drop_table(Table::drop().table(old).take()).await
}

/// Replaces the unique constraint by a partial unique index on PostgreSQL. Updating a column with a plain unique index
/// takes a row lock that blocks inserts referring to the row, for example the person's own events. A partial index is
/// as unique, and its columns don't cause that lock.
async fn loosen_address(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let connection = manager.get_connection();
    connection.execute_unprepared("ALTER TABLE person DROP CONSTRAINT person_email_key").await?;
    connection.execute_unprepared("CREATE UNIQUE INDEX person_by_email ON person (email) WHERE email <> ''").await?;
    Ok(())
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        build_index("notification", &["person_id", "id"]),
        build_index("notification", &["person_id", "read_at", "conversation_id"]),
        build_index("notification", &["read_at", "mail_id", "created_at"]),
        build_index("notification", &["mail_id"]),
        build_index("token", &["person_id", "purpose"]),
        build_index("token", &["expires_at"]),
        build_index("mail", &["sent_at", "parked_at", "due_at"]),
        build_index("mail", &["recipient", "created_at"]),
    ]
}
