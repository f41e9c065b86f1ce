//! People, sessions, bookings, conversations, messages, notifications, and each person's event log.
//!
//! Timestamps are milliseconds since 1970 in a `bigint`, days are `YYYY-MM-DD`: both read and sort the same
//! on SQLite and PostgreSQL.

use crate::columns::{build_foreign_key, build_index};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [people(), heads(), sessions(), bookings(), conversations(), messages(), notifications(), events()]
        {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn people() -> TableCreateStatement {
    Table::create()
        .table("person")
        .col(pk_uuid("id"))
        .col(text_uniq("email"))
        .col(text("name"))
        .col(text("role"))
        .col(text_null("craft"))
        .col(text("password_hash"))
        .col(boolean("email_verified"))
        .col(big_integer("created_at"))
        .take()
}

/// The last number of each person's event sequence. In a table of its own: every transaction that records an
/// event for the person locks this row, and no other transaction should wait for it.
fn heads() -> TableCreateStatement {
    Table::create()
        .table("person_head")
        .col(pk_uuid("person_id"))
        .col(big_integer("seq"))
        .foreign_key(&mut build_foreign_key("person_head", "person_id", "person"))
        .take()
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("session")
        .col(pk_uuid("id"))
        .col(binary_len_uniq("token_hash", 32))
        .col(uuid("person_id"))
        .col(text("user_agent"))
        .col(big_integer("created_at"))
        .col(big_integer("last_seen_at"))
        .col(big_integer("expires_at"))
        .foreign_key(&mut build_foreign_key("session", "person_id", "person"))
        .take()
}

fn bookings() -> TableCreateStatement {
    Table::create()
        .table("booking")
        .col(pk_uuid("id"))
        .col(uuid("organizer_id"))
        .col(uuid("talent_id"))
        .col(text("title"))
        .col(text("event_date"))
        .col(text("venue"))
        .col(big_integer("fee_amount"))
        .col(text("fee_currency"))
        .col(text("status"))
        .col(big_integer("created_at"))
        .foreign_key(&mut build_foreign_key("booking", "organizer_id", "person"))
        .foreign_key(&mut build_foreign_key("booking", "talent_id", "person"))
        .take()
}

/// Repeats the booking's two parties, so that one indexed statement finds the viewer's own conversations,
/// newest first, and one statement locks a conversation and allocates its next `seq`.
fn conversations() -> TableCreateStatement {
    Table::create()
        .table("conversation")
        .col(pk_uuid("id"))
        .col(uuid_uniq("booking_id"))
        .col(uuid("organizer_id"))
        .col(uuid("talent_id"))
        .col(big_integer("last_seq"))
        .col(big_integer("organizer_read_seq"))
        .col(big_integer("talent_read_seq"))
        .col(big_integer("updated_at"))
        .foreign_key(&mut build_foreign_key("conversation", "booking_id", "booking"))
        .foreign_key(&mut build_foreign_key("conversation", "organizer_id", "person"))
        .foreign_key(&mut build_foreign_key("conversation", "talent_id", "person"))
        .take()
}

fn messages() -> TableCreateStatement {
    Table::create()
        .table("message")
        .col(pk_uuid("id"))
        .col(uuid("conversation_id"))
        .col(big_integer("seq"))
        .col(uuid("sender_id"))
        .col(uuid("client_id"))
        .col(text("body"))
        .col(big_integer("created_at"))
        .foreign_key(&mut build_foreign_key("message", "conversation_id", "conversation"))
        .foreign_key(&mut build_foreign_key("message", "sender_id", "person"))
        .take()
}

fn notifications() -> TableCreateStatement {
    Table::create()
        .table("notification")
        .col(pk_uuid("id"))
        .col(uuid("person_id"))
        .col(text("kind"))
        .col(uuid("conversation_id"))
        .col(uuid("booking_id"))
        .col(uuid("actor_id"))
        .col(big_integer("message_seq"))
        .col(text("preview"))
        .col(big_integer("created_at"))
        .col(big_integer_null("read_at"))
        .foreign_key(&mut build_foreign_key("notification", "person_id", "person"))
        .foreign_key(&mut build_foreign_key("notification", "conversation_id", "conversation"))
        .foreign_key(&mut build_foreign_key("notification", "actor_id", "person"))
        .take()
}

fn events() -> TableCreateStatement {
    Table::create()
        .table("event")
        .col(uuid("person_id"))
        .col(big_integer("seq"))
        .col(text("kind"))
        .col(text("payload"))
        .col(big_integer("at"))
        .primary_key(Index::create().col("person_id").col("seq"))
        .foreign_key(&mut build_foreign_key("event", "person_id", "person"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        build_index("session", &["person_id"]),
        build_index("session", &["expires_at"]),
        build_index("booking", &["organizer_id", "id"]),
        build_index("booking", &["talent_id", "id"]),
        build_index("conversation", &["organizer_id", "updated_at", "id"]),
        build_index("conversation", &["talent_id", "updated_at", "id"]),
        build_index("message", &["conversation_id", "seq"]).unique().take(),
        build_index("message", &["sender_id", "client_id"]).unique().take(),
        build_index("notification", &["person_id", "id"]),
        build_index("notification", &["person_id", "read_at", "conversation_id"]),
        build_index("event", &["at"]),
        build_index("person", &["role", "name", "id"]),
    ]
}
