//! Exported data that no use case returns: times of registration and activity, emails. Also lists the omitted data with
//! reasons.

use super::super::Viewer;
use crate::{
    Greenroom, Result,
    entity::{last_seen, mail, person, session},
};
use model::{ApiError, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;

/// A kind of personal data that the export omits.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct OmittedData {
    what: &'static str,
    why: &'static str,
}

/// Part of the export itself. A test compares it with the schema.
pub(super) const OMITTED_DATA: [OmittedData; 8] = [
    OmittedData { what: "password", why: "Only a hash of it is kept, which is of use to an attacker alone." },
    OmittedData { what: "tokens", why: "Of sessions, access tokens and links in emails, only hashes are kept." },
    OmittedData {
        what: "known devices",
        why: "It tells a new browser from those that signed in before, and nothing else.",
    },
    OmittedData { what: "key of the browser", why: "Of no use but to this browser, which keeps drafts by it." },
    OmittedData { what: "refused forms", why: "Kept for ten minutes, to fill in a form again that was refused." },
    OmittedData { what: "texts of emails", why: "They may hold links that open the account. Sent ones are not kept." },
    OmittedData { what: "event log", why: "Copies of what is here, kept for 30 days so that pages can catch up." },
    OmittedData {
        what: "indexes and counters",
        why: "Derived from what is here: numbers for sorting, searching, limits.",
    },
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountTimes {
    joined_at: Timestamp,
    last_active_at: Option<Timestamp>,
    /// The IANA names of the time zones of their devices.
    time_zones: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EmailRecord {
    kind: String,
    subject: String,
    created_at: Timestamp,
    sent_at: Option<Timestamp>,
}

impl Greenroom {
    pub(super) async fn exported_times(&self, viewer: &Viewer) -> Result<AccountTimes> {
        let (id, reader) = (viewer.id().0, self.store.reader());
        let row = person::Entity::find_by_id(id).one(reader).await?.ok_or(ApiError::Unauthenticated)?;
        let seen = last_seen::Entity::find_by_id(id).one(reader).await?;
        let last_active_at = seen.map(|row| Timestamp::from_millis(row.active_at));
        let own_sessions = session::Entity::find().filter(session::Column::PersonId.eq(id));
        let time_zones = own_sessions.all(reader).await?.into_iter().filter_map(|row| row.time_zone).collect();
        Ok(AccountTimes { joined_at: Timestamp::from_millis(row.created_at), last_active_at, time_zones })
    }

    /// Returns the emails to the viewer that are queued or haven't been cleaned up since they were sent.
    pub(super) async fn exported_emails(&self, viewer: &Viewer) -> Result<Vec<EmailRecord>> {
        let reader = self.store.reader();
        let row = person::Entity::find_by_id(viewer.id().0).one(reader).await?.ok_or(ApiError::Unauthenticated)?;
        let own_emails = mail::Entity::find().filter(mail::Column::Recipient.eq(row.email));
        let rows = own_emails.order_by_asc(mail::Column::CreatedAt).all(reader).await?;
        let known = |row: mail::Model| EmailRecord {
            kind: row.kind,
            subject: row.subject,
            created_at: Timestamp::from_millis(row.created_at),
            sent_at: row.sent_at.map(Timestamp::from_millis),
        };
        Ok(rows.into_iter().map(known).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::OMITTED_DATA;
    use sea_orm::{Database, Statement};
    use std::collections::BTreeSet;

    /// Every column of the schema, with the field of the export that contains it or the omitted data it belongs to.
    const EXPORT_DECISIONS: &[(&str, &str, &str)] = &[
        ("person", "id email name role craft bio mail_after email_verified receipts presence", "account"),
        ("person", "slug public_profile", "account"),
        ("person", "created_at", "times"),
        ("person", "password_hash", "password"),
        // A person with a deleted account can't export.
        ("person", "deleted_at search_name", "indexes and counters"),
        ("visit", "person_id active_at", "times"),
        ("person_head", "person_id seq", "indexes and counters"),
        ("session", "id person_id user_agent created_at last_seen_at scope name", "sessions"),
        ("session", "time_zone", "times"),
        // Derived from the last use.
        ("session", "expires_at", "indexes and counters"),
        ("session", "confirmed_at", "indexes and counters"),
        ("session", "token_hash", "tokens"),
        ("token", "hash person_id purpose payload expires_at reference", "tokens"),
        ("known_device", "person_id fingerprint seen_at", "known devices"),
        ("device", "token_hash person_id session_id created_at", "known devices"),
        ("browser_key", "person_id secret", "key of the browser"),
        ("refused_form", "id_hash person_id browser_hash path fields expires_at", "refused forms"),
        // The secret is the site's, not a person's; a budget stores only the hash of an address.
        ("site_secret", "name secret", "indexes and counters"),
        ("email_budget", "recipient_hash sent_at updated_at", "indexes and counters"),
        ("booking", "id organizer_id talent_id title event_date venue fee_amount fee_currency status", "conversations"),
        // Equal to that of its first message, which is exported.
        ("booking", "created_at", "conversations"),
        ("booking", "organizer_event_seq talent_event_seq search_title", "indexes and counters"),
        ("conversation", "id booking_id organizer_id talent_id last_seq updated_at", "conversations"),
        ("conversation", "organizer_read_seq talent_read_seq", "conversations"),
        ("conversation", "organizer_delivered_seq talent_delivered_seq", "conversations"),
        ("conversation", "organizer_seen_seq talent_seen_seq", "indexes and counters"),
        ("conversation", "organizer_event_seq talent_event_seq", "indexes and counters"),
        ("message", "id conversation_id seq sender_id client_id body created_at step", "conversations"),
        ("notification", "id person_id kind conversation_id booking_id actor_id preview", "notifications"),
        ("notification", "created_at read_at", "notifications"),
        ("notification", "message_seq mail_id event_seq", "indexes and counters"),
        ("mail", "recipient kind subject created_at sent_at", "emails"),
        ("mail", "body_text body_html unsubscribe shown_token", "texts of emails"),
        ("mail", "id due_at attempts parked_at token_reference conversation_id", "indexes and counters"),
        ("write_probe", "process_id filler probed_at", "indexes and counters"),
        ("event", "person_id seq kind payload at", "event log"),
    ];

    /// The fields of the export, which `services/tests/use_cases/account_deletion.rs` tests.
    const FIELDS: [&str; 6] = ["account", "times", "sessions", "notifications", "emails", "conversations"];

    #[tokio::test]
    async fn every_column_is_exported_or_listed_as_omitted() {
        let folder = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("greenroom.db").display());
        crate::migrate(&url).await.expect("the schema");
        let database = Database::connect(&url).await.expect("a database");
        let query = "SELECT t.name AS t, c.name AS c FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'seaql_migrations'";
        let statement = Statement::from_string(sea_orm::DbBackend::Sqlite, query);
        let rows = sea_orm::ConnectionTrait::query_all_raw(&database, statement).await.expect("the schema");
        let name = |row: &sea_orm::QueryResult, column| row.try_get::<String>("", column).expect("a name");
        let schema: Vec<_> = rows.iter().map(|row| format!("{}.{}", name(row, "t"), name(row, "c"))).collect();
        let decided = EXPORT_DECISIONS
            .iter()
            .flat_map(|(table, columns, _)| columns.split_whitespace().map(move |column| format!("{table}.{column}")));
        let decided: BTreeSet<_> = decided.collect();
        let undecided: Vec<_> = schema.iter().filter(|column| !decided.contains(*column)).collect();
        assert!(schema.len() > 80 && undecided.is_empty(), "are these in the export? {undecided:?}");
        let left_out = OMITTED_DATA.map(|left| left.what);
        for (table, columns, decision) in EXPORT_DECISIONS {
            assert!(FIELDS.contains(decision) || left_out.contains(decision), "{table} {columns}: {decision}");
        }
    }
}
