//! Checks during the run whether acknowledged messages are in the database. Uses connections of its own, because a
//! writer's connection may see a commit that never becomes visible to others.

use crate::{
    ack_log::{AckLog, Acknowledgement},
    cluster::Cluster,
    database::Database,
};
use bench::{site::Result, stream_client::hash_body};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, Statement};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Pause between two checks.
const AUDIT_INTERVAL: Duration = Duration::from_millis(500);
/// How long a check may take while the database is disrupted.
const AUDIT_TIMEOUT: Duration = Duration::from_secs(10);
/// Messages per check.
const BATCH_SIZE: usize = 2_000;

/// Checks repeatedly, each time on a new connection. Returns a description of the first missing message.
pub(crate) async fn watch_for_loss(cluster: &Cluster, acks: &AckLog) -> String {
    loop {
        sleep(AUDIT_INTERVAL).await;
        let entries = acks.next_unaudited(BATCH_SIZE);
        // A check that fails or times out is repeated.
        if let Ok(Ok(found)) = timeout(AUDIT_TIMEOUT, audit_batch(cluster, &entries)).await {
            if let Some(missing) = found {
                return missing;
            }
            acks.mark_audited(entries.len());
        }
    }
}

async fn audit_batch(cluster: &Cluster, entries: &[Acknowledgement]) -> Result<Option<String>> {
    // Holding the lock prevents a power cut while this connection has the file open.
    let _disk = match &cluster.database {
        Database::Disk(disk, ..) => Some(disk.lock().await),
        _ => None,
    };
    let mut options = ConnectOptions::new(cluster.database.url());
    options.max_connections(1).sqlx_logging(false);
    let connection = sea_orm::Database::connect(options).await?;
    let found = find_missing(&connection, entries).await;
    connection.close().await?;
    found
}

async fn find_missing(connection: &DatabaseConnection, entries: &[Acknowledgement]) -> Result<Option<String>> {
    let query = "SELECT body FROM message WHERE conversation_id = $1 AND seq = $2 AND client_id = $3";
    for Acknowledgement { conversation, seq, client_id, body, .. } in entries {
        let values = [(*conversation).into(), (*seq).into(), (*client_id).into()];
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), query, values);
        let row = connection.query_one_raw(statement).await?;
        let text: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        if text.is_none_or(|text| hash_body(&text) != *body) {
            return Ok(Some(format!("message {seq} of conversation {conversation} was acknowledged, and isn't there")));
        }
    }
    Ok(None)
}
