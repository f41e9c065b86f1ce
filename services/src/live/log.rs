use crate::{
    Result,
    entity::{event, person_head},
};
use model::PersonId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Condition, Expr, Query},
};
use uuid::Uuid;

/// Events read at once: a stream far behind must not hold megabytes.
const BATCH: u64 = 200;
/// The same for one of many people.
pub(super) const EACH: i64 = 50;
/// Events deleted at once: keeping house must not hold up a message.
const SWEEP: u64 = 500;

/// An event as the log keeps it.
#[derive(Clone, FromQueryResult)]
pub(super) struct Logged {
    person_id: Uuid,
    pub(super) kind: String,
    pub(super) seq: i64,
    pub(super) payload: String,
    pub(super) at: i64,
}

/// The number of a person's newest event; 0 before the first.
pub(crate) async fn head(connection: &impl ConnectionTrait, person: PersonId) -> Result<i64> {
    let row = person_head::Entity::find_by_id(person.0).one(connection).await?;
    Ok(row.map_or(0, |row| row.seq))
}

/// The same for many people. Whoever has none is left out.
pub(super) async fn heads(connection: &impl ConnectionTrait, people: &[PersonId]) -> Result<Vec<(PersonId, i64)>> {
    let ids = people.iter().map(|person| person.0);
    let rows = person_head::Entity::find().filter(person_head::Column::PersonId.is_in(ids)).all(connection).await?;
    Ok(rows.into_iter().map(|row| (PersonId(row.person_id), row.seq)).collect())
}

/// A person's events after `seq`, in order.
pub(super) async fn after(connection: &impl ConnectionTrait, person: PersonId, seq: i64) -> Result<Vec<Logged>> {
    let rows = event::Entity::find()
        .filter(event::Column::PersonId.eq(person.0))
        .filter(event::Column::Seq.gt(seq))
        .order_by_asc(event::Column::Seq)
        .limit(BATCH)
        .into_model::<Logged>()
        .all(connection)
        .await?;
    Ok(rows)
}

/// Events of many people, each after a number of their own, in order.
pub(super) async fn after_each(connection: &impl ConnectionTrait, people: &[(PersonId, i64)]) -> Result<Vec<Logged>> {
    let each = people.iter().map(|(person, seq)| {
        let next = event::Column::Seq.between(seq + 1, seq.saturating_add(EACH));
        Condition::all().add(event::Column::PersonId.eq(person.0)).add(next)
    });
    let rows = event::Entity::find()
        .filter(each.fold(Condition::any(), Condition::add))
        .order_by_asc(event::Column::PersonId)
        .order_by_asc(event::Column::Seq)
        .into_model::<Logged>()
        .all(connection)
        .await?;
    Ok(rows)
}

impl Logged {
    pub(super) fn person(&self) -> PersonId {
        PersonId(self.person_id)
    }
}

/// Deletes some events from before `millis`, and says whether there may be more.
pub(crate) async fn prune(connection: &impl ConnectionTrait, millis: i64) -> Result<bool> {
    let old = Query::select()
        .columns([event::Column::PersonId, event::Column::Seq])
        .from(event::Entity)
        .and_where(event::Column::At.lt(millis))
        .limit(SWEEP)
        .take();
    let key = Expr::tuple([Expr::col(event::Column::PersonId), Expr::col(event::Column::Seq)]);
    let done = event::Entity::delete_many().filter(sea_orm::ExprTrait::in_subquery(key, old)).exec(connection).await?;
    Ok(done.rows_affected == SWEEP)
}
