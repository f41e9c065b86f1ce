use crate::{
    Result,
    entity::{event, event_sequence},
    store::statement_buckets,
};
use model::PersonId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, Condition, Expr, Order, Query},
};
use uuid::Uuid;

/// Maximum number of events in one read, so that a stream far behind doesn't hold megabytes.
const BATCH: u64 = 200;
/// The same limit for each person where one statement reads for many.
pub(super) const EVENTS_PER_PERSON: i64 = 50;
/// Events deleted per transaction, so that cleanup doesn't delay messages.
const PURGE_BATCH: u64 = 500;

/// One row of the event log.
#[derive(Clone, FromQueryResult)]
pub(super) struct StoredEvent {
    person_id: Uuid,
    pub(super) kind: String,
    pub(super) seq: i64,
    pub(super) payload: String,
    pub(super) at: i64,
}

/// Returns the sequence number of a person's newest event; 0 before the first.
pub(crate) async fn last_seq(connection: &impl ConnectionTrait, person: PersonId) -> Result<i64> {
    let row = event_sequence::Entity::find_by_id(person.0).one(connection).await?;
    Ok(row.map_or(0, |row| row.seq))
}

/// Returns the newest sequence numbers of many people. People without a sequence are left out.
pub(super) async fn last_seqs(connection: &impl ConnectionTrait, people: &[PersonId]) -> Result<Vec<(PersonId, i64)>> {
    let ids = people.iter().map(|person| person.0);
    let rows = event_sequence::Entity::find()
        .filter(event_sequence::Column::PersonId.is_in(statement_buckets::pad_to_bucket(ids)))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (PersonId(row.person_id), row.seq)).collect())
}

/// Returns a person's events after `seq`, in order; at most `BATCH`.
pub(super) async fn events_after(
    connection: &impl ConnectionTrait,
    person: PersonId,
    seq: i64,
) -> Result<Vec<StoredEvent>> {
    let rows = event::Entity::find()
        .filter(event::Column::PersonId.eq(person.0))
        .filter(event::Column::Seq.gt(seq))
        .order_by_asc(event::Column::Seq)
        .limit(BATCH)
        .into_model::<StoredEvent>()
        .all(connection)
        .await?;
    Ok(rows)
}

/// Returns the events of many people, each after the given sequence number, ordered by person and number; at most
/// `EVENTS_PER_PERSON` for each.
pub(super) async fn events_after_each(
    connection: &impl ConnectionTrait,
    people: &[(PersonId, i64)],
) -> Result<Vec<StoredEvent>> {
    let each = people.iter().map(|(person, seq)| {
        let next = event::Column::Seq.between(seq + 1, seq.saturating_add(EVENTS_PER_PERSON));
        Condition::all().add(event::Column::PersonId.eq(person.0)).add(next)
    });
    let rows = event::Entity::find()
        .filter(statement_buckets::pad_to_bucket(each).into_iter().fold(Condition::any(), Condition::add))
        .order_by_asc(event::Column::PersonId)
        .order_by_asc(event::Column::Seq)
        .into_model::<StoredEvent>()
        .all(connection)
        .await?;
    Ok(rows)
}

impl StoredEvent {
    pub(super) fn person(&self) -> PersonId {
        PersonId(self.person_id)
    }
}

/// Deletes a batch of events older than `millis`; returns whether there may be more. Keeps an old event while an
/// earlier one is newer (the clock was moved back), so that the log has no gaps.
pub(crate) async fn purge_events(connection: &impl ConnectionTrait, millis: i64) -> Result<bool> {
    use event::Column::{At, PersonId, Seq};
    // A scalar subquery with a limit rather than EXISTS, for which PostgreSQL would join the whole log with itself.
    let (old, kept) = (event::Entity, Alias::new("kept"));
    let of_kept = |column: event::Column| Expr::col((kept.clone(), column));
    let before = Query::select()
        .column(Seq)
        .from_as(event::Entity, kept.clone())
        .and_where(of_kept(PersonId).equals((old, PersonId)))
        .and_where(of_kept(Seq).lt(Expr::col((old, Seq))))
        .and_where(of_kept(At).gte(millis))
        .order_by((kept.clone(), Seq), Order::Asc)
        .limit(1)
        .take();
    let old = Query::select()
        .columns([PersonId, Seq].map(|column| (old, column)))
        .from(old)
        .and_where(Expr::col((old, At)).lt(millis))
        .and_where(Expr::expr(before).is_null())
        .limit(PURGE_BATCH)
        .take();
    let key = Expr::tuple([Expr::col(PersonId), Expr::col(Seq)]);
    let deleted = event::Entity::delete_many().filter(key.in_subquery(old)).exec(connection).await?;
    Ok(deleted.rows_affected == PURGE_BATCH)
}
