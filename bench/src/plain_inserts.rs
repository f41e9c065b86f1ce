//! Inserts the rows that sending leaves by plain statements: no queries, locks or counters.

use crate::{
    people::{EntityKind, entity_id, now_millis},
    site::Result,
};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Above all sequence numbers that were sent.
const FIRST_FREE_SEQ: usize = 1_000_000_000;

const MESSAGE: &str = "INSERT INTO message (id, conversation_id, seq, sender_id, client_id, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const NOTIFICATION: &str = "INSERT INTO notification (id, person_id, kind, conversation_id, booking_id, actor_id, message_seq, \
    preview, created_at) VALUES ($1, $2, 'message', $3, $4, $5, $6, $7, $8)";
const EVENTS: &str = "INSERT INTO event (person_id, seq, kind, payload, at) VALUES ($1, $2, 'message.created', $3, $7), \
    ($4, $5, 'message.created', $3, $7), ($4, $6, 'notification.created', $3, $7)";

/// Inserts the rows of messages with these numbers, over several people and connections.
///
/// # Errors
/// Fails if the database rejects a row.
pub async fn insert_messages(url: &str, people: usize, connections: usize, numbers: Range<usize>) -> Result<()> {
    let pool = PgPoolOptions::new().max_connections(u32::try_from(connections)?).connect(url).await?;
    let next = Arc::new(AtomicUsize::new(numbers.start));
    let mut writers: JoinSet<Result<()>> = JoinSet::new();
    for _ in 0..connections {
        let (pool, next, end) = (pool.clone(), next.clone(), numbers.end);
        writers.spawn(async move {
            loop {
                match next.fetch_add(1, Ordering::Relaxed) {
                    number if number < end => insert_message(&pool, number % people, number).await?,
                    _ => return Ok(()),
                }
            }
        });
    }
    while let Some(inserted) = writers.join_next().await {
        inserted??;
    }
    pool.close().await;
    Ok(())
}

async fn insert_message(pool: &PgPool, person: usize, number: usize) -> Result<()> {
    let (sender, other) = (entity_id(EntityKind::Person, person), entity_id(EntityKind::Person, person ^ 1));
    let (booking, conversation) =
        (entity_id(EntityKind::Booking, person / 2), entity_id(EntityKind::Conversation, person / 2));
    let (seq, now) = (i64::try_from(FIRST_FREE_SEQ + number)?, now_millis());
    let body = format!("~{number} The band plays from eight to eleven, and the doors open at seven.");
    let mut tx = pool.begin().await?;
    let message = sqlx::query(MESSAGE).bind(Uuid::now_v7()).bind(conversation).bind(seq).bind(sender);
    message.bind(Uuid::new_v4()).bind(&body).bind(now).execute(&mut *tx).await?;
    let notification = sqlx::query(NOTIFICATION).bind(Uuid::now_v7()).bind(other).bind(conversation).bind(booking);
    notification.bind(sender).bind(seq).bind(&body).bind(now).execute(&mut *tx).await?;
    let events = sqlx::query(EVENTS).bind(sender).bind(seq * 4).bind(event_payload(&body)).bind(other);
    events.bind(seq * 4 + 1).bind(seq * 4 + 2).bind(now).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// Returns a payload as long as that of a message event.
fn event_payload(body: &str) -> String {
    let id = Uuid::nil();
    format!(
        "{{\"seq\":1,\"at\":\"2026-11-22T14:30:00.000Z\",\"type\":\"message.created\",\"message\":{{\"id\":\"{id}\",\
        \"conversationId\":\"{id}\",\"bookingId\":\"{id}\",\"seq\":1,\"clientId\":\"{id}\",\"sender\":{{\"id\":\"{id}\",\
        \"name\":\"Person 1\",\"role\":\"organizer\"}},\"body\":\"{body}\",\"createdAt\":\"2026-11-22T14:30:00.000Z\"}}}}"
    )
}
