//! Reads messages and events from the database after a run.

use crate::cluster::{Cluster, Conversation};
use bench::{
    site::Result,
    stream_client::{MessageEvent, hash_body},
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use std::collections::HashMap;
use uuid::Uuid;

/// A message as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageRow {
    pub(crate) seq: i64,
    pub(crate) client_id: Uuid,
    /// The hash of its text, by `hash_body`.
    pub(crate) body: u64,
}

/// A conversation as stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoredConversation {
    /// Its two people, as the run created it.
    pub(crate) people: [Uuid; 2],
    /// In the order of their numbers.
    pub(crate) messages: Vec<MessageRow>,
}

/// The events that were recorded for a person.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventLog {
    /// The last sequence number, by the counter.
    pub(crate) last_seq: i64,
    /// The sequence numbers of the stored events.
    pub(crate) numbers: Vec<i64>,
    pub(crate) messages: Vec<MessageEvent>,
}

/// Everything that a run has stored.
#[derive(Clone, Debug, Default)]
pub(crate) struct DatabaseState {
    pub(crate) conversations: HashMap<Uuid, StoredConversation>,
    /// The events of each person, in order.
    pub(crate) logs: HashMap<Uuid, EventLog>,
}

impl DatabaseState {
    /// Reads the messages of all conversations and the events of all people.
    pub(crate) async fn read_all(cluster: &Cluster) -> Result<Self> {
        let connection = Database::connect(cluster.database.url()).await?;
        let mut state = Self::default();
        for Conversation { id, people } in &cluster.conversations {
            let people = people.map(|index| cluster.people[index].id);
            let messages = read_messages(&connection, *id).await?;
            state.conversations.insert(*id, StoredConversation { people, messages });
        }
        for person in &cluster.people {
            state.logs.insert(person.id, read_event_log(&connection, person.id).await?);
        }
        connection.close().await?;
        Ok(state)
    }
}

/// Returns everyone's last sequence number, in the order of the people.
pub(crate) async fn read_last_seqs(cluster: &Cluster) -> Result<Vec<i64>> {
    let connection = Database::connect(cluster.database.url()).await?;
    let mut last_seqs = Vec::new();
    for person in &cluster.people {
        last_seqs.push(read_last_seq(&connection, person.id).await?);
    }
    connection.close().await?;
    Ok(last_seqs)
}

/// Runs SQLite's integrity check. Returns the damage, or `None` if the file is intact or the database is a server.
pub(crate) async fn check_integrity(cluster: &Cluster) -> Result<Option<String>> {
    if cluster.database.port().is_some() {
        return Ok(None);
    }
    let connection = Database::connect(cluster.database.url()).await?;
    let statement = Statement::from_string(connection.get_database_backend(), "PRAGMA integrity_check");
    let result: String = connection.query_one_raw(statement).await?.ok_or("no answer")?.try_get_by_index(0)?;
    connection.close().await?;
    Ok((result != "ok").then(|| format!("the database is damaged: {result}")))
}

async fn read_last_seq(connection: &DatabaseConnection, person: Uuid) -> Result<i64> {
    let query = statement_for(connection, "SELECT seq FROM person_head WHERE person_id = $1", person);
    let row = connection.query_one_raw(query).await?;
    Ok(row.ok_or("a person has no sequence")?.try_get_by_index(0)?)
}

async fn read_messages(connection: &DatabaseConnection, conversation: Uuid) -> Result<Vec<MessageRow>> {
    let query = "SELECT seq, client_id, body FROM message WHERE conversation_id = $1 ORDER BY seq";
    let mut rows = Vec::new();
    for row in connection.query_all_raw(statement_for(connection, query, conversation)).await? {
        let body: String = row.try_get_by_index(2)?;
        let (seq, client_id) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        rows.push(MessageRow { seq, client_id, body: hash_body(&body) });
    }
    Ok(rows)
}

async fn read_event_log(connection: &DatabaseConnection, person: Uuid) -> Result<EventLog> {
    let mut log = EventLog { last_seq: read_last_seq(connection, person).await?, ..EventLog::default() };
    let query = "SELECT seq, kind, payload FROM event WHERE person_id = $1 ORDER BY seq";
    for row in connection.query_all_raw(statement_for(connection, query, person)).await? {
        let (seq, kind): (i64, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        log.numbers.push(seq);
        if kind == "message.created" {
            let payload: String = row.try_get_by_index(2)?;
            log.messages.push(MessageEvent::parse(seq, &serde_json::from_str(&payload)?)?);
        }
    }
    Ok(log)
}

/// Builds a query with an id as its parameter.
fn statement_for(connection: &DatabaseConnection, query: &str, id: Uuid) -> Statement {
    Statement::from_sql_and_values(connection.get_database_backend(), query, [id.into()])
}
