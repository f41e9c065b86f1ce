//! What the database says.

use crate::cluster::Cluster;
use bench::{
    site::Result,
    stream_client::{MessageEvent, hash_body},
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use std::collections::HashMap;
use uuid::Uuid;

/// A message as it stands in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) seq: i64,
    pub(crate) client_id: Uuid,
    /// By its fingerprint.
    pub(crate) body: u64,
}

/// What somebody was to be told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    /// The last number there is, by the counter.
    pub(crate) head: i64,
    /// The numbers that are there.
    pub(crate) numbers: Vec<i64>,
    pub(crate) messages: Vec<MessageEvent>,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Truth {
    /// What stands in each conversation, in its order.
    pub(crate) conversations: HashMap<Uuid, Vec<Row>>,
    /// What each person was to be told, in its order.
    pub(crate) logs: HashMap<Uuid, Log>,
}

impl Truth {
    /// Reads everything.
    pub(crate) async fn read(cluster: &Cluster) -> Result<Self> {
        let connection = Database::connect(cluster.database.url()).await?;
        let mut truth = Self::default();
        for conversation in &cluster.conversations {
            truth.conversations.insert(conversation.id, rows(&connection, conversation.id).await?);
        }
        for person in &cluster.people {
            truth.logs.insert(person.id, log(&connection, person.id).await?);
        }
        connection.close().await?;
        Ok(truth)
    }
}

/// The last number of everybody's sequence, in the order of the people.
pub(crate) async fn heads(cluster: &Cluster) -> Result<Vec<i64>> {
    let connection = Database::connect(cluster.database.url()).await?;
    let mut heads = Vec::new();
    for person in &cluster.people {
        heads.push(head(&connection, person.id).await?);
    }
    connection.close().await?;
    Ok(heads)
}

/// What SQLite finds wrong with its file; nothing where all is well, or there is no file.
pub(crate) async fn damage(cluster: &Cluster) -> Result<Option<String>> {
    if cluster.database.port().is_some() {
        return Ok(None);
    }
    let connection = Database::connect(cluster.database.url()).await?;
    let statement = Statement::from_string(connection.get_database_backend(), "PRAGMA integrity_check");
    let told: String = connection.query_one_raw(statement).await?.ok_or("no answer")?.try_get_by_index(0)?;
    connection.close().await?;
    Ok((told != "ok").then(|| format!("the file is damaged: {told}")))
}

async fn head(connection: &DatabaseConnection, person: Uuid) -> Result<i64> {
    let query = of(connection, "SELECT seq FROM person_head WHERE person_id = $1", person);
    let row = connection.query_one_raw(query).await?;
    Ok(row.ok_or("somebody has no sequence")?.try_get_by_index(0)?)
}

async fn rows(connection: &DatabaseConnection, conversation: Uuid) -> Result<Vec<Row>> {
    let query = "SELECT seq, client_id, body FROM message WHERE conversation_id = $1 ORDER BY seq";
    let mut rows = Vec::new();
    for row in connection.query_all_raw(of(connection, query, conversation)).await? {
        let body: String = row.try_get_by_index(2)?;
        let (seq, client_id) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        rows.push(Row { seq, client_id, body: hash_body(&body) });
    }
    Ok(rows)
}

async fn log(connection: &DatabaseConnection, person: Uuid) -> Result<Log> {
    let mut log = Log { head: head(connection, person).await?, ..Log::default() };
    let query = "SELECT seq, kind, payload FROM event WHERE person_id = $1 ORDER BY seq";
    for row in connection.query_all_raw(of(connection, query, person)).await? {
        let (seq, kind): (i64, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        log.numbers.push(seq);
        if kind == "message.created" {
            log.messages.push(MessageEvent::parse(seq, &row.try_get_by_index::<String>(2)?)?);
        }
    }
    Ok(log)
}

/// A query about somebody or something.
fn of(connection: &DatabaseConnection, query: &str, id: Uuid) -> Statement {
    Statement::from_sql_and_values(connection.get_database_backend(), query, [id.into()])
}
