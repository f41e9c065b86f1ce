use super::{frame, hub::Hub};
use crate::{
    Error, Result,
    entity::{event, person_head},
    measured,
    store::{Transaction, few},
};
use bytes::Bytes;
use model::{Envelope, Event, Instant, PersonId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use std::collections::{BTreeMap, HashMap};

/// What a transaction tells people. Written as its last step, told after its commit.
#[derive(Default)]
pub(crate) struct Journal(BTreeMap<PersonId, Vec<Event>>);

/// What a stream is told, once it is committed.
struct Told {
    person: PersonId,
    seq: i64,
    frame: Bytes,
}

impl Journal {
    /// Notes an event for a person. Theirs keep this order.
    pub(crate) fn tell(&mut self, person: PersonId, event: Event) {
        self.0.entry(person).or_default().push(event);
    }

    /// Tells this person nothing after all.
    pub(crate) fn forget(&mut self, person: PersonId) {
        self.0.remove(&person);
    }

    /// Writes everything down, commits, and then tells the streams of this process and the other nodes.
    pub(crate) async fn commit(self, tx: Transaction, hub: &Hub, at: Instant) -> Result<()> {
        let (told, hub) = (self.write(&tx, at).await?, hub.clone());
        tx.commit_then(Box::new(move || {
            let heads: Vec<_> = told.iter().map(|told| (told.person, told.seq)).collect();
            for Told { person, seq, frame } in told {
                if hub.tell(person, seq, &frame) {
                    measured::heard("told", at);
                }
            }
            hub.line().say_at(&heads);
        }))
        .await
    }

    /// Takes the next numbers of everybody's sequence and writes the events under them.
    ///
    /// People are locked in the order of their ids, so that two transactions never wait for each other; the row stays
    /// locked until the commit, so that numbers become visible in order.
    async fn write(self, tx: &Transaction, at: Instant) -> Result<Vec<Told>> {
        let mut rows = Vec::new();
        let mut told = Vec::new();
        let heads = take_numbers(tx, &self.0).await?;
        for (person, events) in self.0 {
            let mut seq = *heads.get(&person).ok_or_else(|| Error::stored("person without a sequence"))?;
            for event in events {
                seq += 1;
                let row = encode(person, seq, at, event)?;
                let frame = frame::event(&row.kind, seq, &row.payload);
                told.push(Told { person, seq, frame });
                rows.push(event::ActiveModel {
                    person_id: Set(row.person_id),
                    seq: Set(row.seq),
                    kind: Set(row.kind),
                    payload: Set(row.payload),
                    at: Set(row.at),
                });
            }
        }
        few::insert(tx, rows).await?;
        Ok(told)
    }
}

/// Locks people's sequences before something absolute is counted for an event, so that the count and
/// the number it goes out under belong to the same moment. Needed on PostgreSQL; SQLite has one writer.
pub(crate) async fn lock_heads(
    tx: &Transaction,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, i64>> {
    let people: Vec<_> = people.into_iter().map(|person| person.0).collect();
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = person_head::Entity::find()
        .filter(person_head::Column::PersonId.is_in(few::alternatives(people)))
        .order_by_asc(person_head::Column::PersonId)
        .lock_exclusive()
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| (PersonId(row.person_id), row.seq)).collect())
}

/// The numbers before those taken. Whoever is told as much is counted on in one statement.
async fn take_numbers(tx: &Transaction, told: &BTreeMap<PersonId, Vec<Event>>) -> Result<HashMap<PersonId, i64>> {
    let heads = lock_heads(tx, told.keys().copied()).await?;
    let mut counts = BTreeMap::<usize, Vec<PersonId>>::new();
    told.iter().for_each(|(person, events)| counts.entry(events.len()).or_default().push(*person));
    for (count, people) in counts {
        let count = i64::try_from(count).map_err(Error::broken)?;
        person_head::Entity::update_many()
            .col_expr(person_head::Column::Seq, Expr::col(person_head::Column::Seq).add(count))
            .filter(person_head::Column::PersonId.is_in(few::alternatives(people.into_iter().map(|person| person.0))))
            .exec(tx)
            .await?;
    }
    Ok(heads)
}

fn encode(person: PersonId, seq: i64, at: Instant, event: Event) -> Result<event::Model> {
    let kind = event.name().to_owned();
    let payload = serde_json::to_string(&Envelope { seq, at, event }).map_err(Error::broken)?;
    Ok(event::Model { person_id: person.0, seq, kind, payload, at: at.millis() })
}

impl super::log::Logged {
    /// The same frame as the one told when it was written.
    pub(super) fn frame(&self) -> Bytes {
        frame::event(&self.kind, self.seq, &self.payload)
    }
}
