use super::{hub::Hub, sse};
use crate::{
    Error, Result,
    entity::{booking, conversation, event, event_sequence, notification},
    metrics,
    store::{Transaction, statement_buckets},
};
use bytes::Bytes;
use model::{Envelope, Event, Notification, PersonId, Role, Timestamp};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{CaseStatement, Expr, OnConflict},
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Collects the events of one transaction: written as its last step, published after its commit.
#[derive(Default)]
pub(crate) struct EventRecorder {
    events: BTreeMap<PersonId, Vec<Event>>,
    /// Inserted together with their events: a notification's row carries the number of its event.
    notifications: Vec<notification::Model>,
}

/// An event as it is published to streams after the commit.
struct PublishedEvent {
    person: PersonId,
    seq: i64,
    frame: Bytes,
}

impl EventRecorder {
    /// Adds an event for a person. Each person's events keep the order in which they were recorded.
    pub(crate) fn record(&mut self, person: PersonId, event: Event) {
        self.events.entry(person).or_default().push(event);
    }

    /// Adds a notification and its event for a person. Reading the message at `message_seq` marks it read, too; 0 if
    /// the notification is about no message.
    pub(crate) fn record_notification(&mut self, person: PersonId, notification: Notification, message_seq: i64) {
        self.notifications.push(notification::Model {
            id: notification.id.0,
            person_id: person.0,
            kind: notification.kind.as_str().to_owned(),
            conversation_id: notification.conversation_id.map(|id| id.0),
            booking_id: notification.booking_id.map(|id| id.0),
            actor_id: notification.actor.id.0,
            message_seq,
            preview: notification.preview.clone(),
            created_at: notification.created_at.millis(),
            read_at: None,
            mail_id: None,
            event_seq: 0,
        });
        self.record(person, Event::NotificationCreated { notification });
    }

    /// Drops everything recorded for this person.
    pub(crate) fn discard(&mut self, person: PersonId) {
        self.events.remove(&person);
        self.notifications.retain(|row| row.person_id != person.0);
    }

    /// Writes the events, commits, and then publishes them to this process's streams and to the other nodes.
    pub(crate) async fn commit(self, tx: Transaction, hub: &Hub, at: Timestamp) -> Result<()> {
        let (published, hub) = (self.insert_events(&tx, at).await?, hub.clone());
        tx.commit_then(Box::new(move || {
            // The other nodes first: their path is longer.
            hub.bus().publish_last_seqs(&last_seqs(&published));
            for PublishedEvent { person, seq, frame } in published {
                if hub.publish(person, seq, &frame) {
                    metrics::record_event_delivered("live", at);
                }
            }
        }))
        .await
    }

    /// Allocates the next sequence numbers of each person and inserts the events under them.
    ///
    /// People are locked in the order of their ids, so that transactions can't deadlock. The lock is held until the
    /// commit, so that sequence numbers become visible in order.
    async fn insert_events(self, tx: &Transaction, at: Timestamp) -> Result<Vec<PublishedEvent>> {
        let mut rows = Vec::new();
        let mut published = Vec::new();
        let mut reordered = BTreeMap::<Uuid, InboxSeqs>::new();
        let mut new_bookings = BTreeMap::<Uuid, InboxSeqs>::new();
        let mut notified = HashMap::<Uuid, i64>::new();
        let last_seqs = allocate_seqs(tx, &self.events).await?;
        for (person, events) in self.events {
            let mut seq = *last_seqs.get(&person).ok_or_else(|| Error::corrupt("person without a sequence"))?;
            for event in events {
                seq += 1;
                if let Some((conversation, side)) = event.reordered_conversation(person) {
                    reordered.entry(conversation.0).or_default().set(side, seq);
                    if let Event::ConversationCreated { conversation } = &event {
                        new_bookings.entry(conversation.booking.id.0).or_default().set(side, seq);
                    }
                }
                if let Event::NotificationCreated { notification } = &event {
                    notified.insert(notification.id.0, seq);
                }
                let row = encode_row(person, seq, at, event)?;
                let frame = sse::encode_event(&row.kind, seq, &row.payload);
                published.push(PublishedEvent { person, seq, frame });
                rows.push(event::ActiveModel {
                    person_id: Set(row.person_id),
                    seq: Set(row.seq),
                    kind: Set(row.kind),
                    payload: Set(row.payload),
                    at: Set(row.at),
                });
            }
        }
        statement_buckets::insert_all(tx, rows).await?;
        insert_notifications(tx, self.notifications, &notified).await?;
        update_inbox_order(tx, reordered).await?;
        update_booking_order(tx, new_bookings).await?;
        Ok(published)
    }
}

async fn insert_notifications(
    tx: &Transaction,
    rows: Vec<notification::Model>,
    seqs: &HashMap<Uuid, i64>,
) -> Result<()> {
    let numbered = rows.into_iter().map(|row| {
        let event_seq = seqs.get(&row.id).copied().unwrap_or_default();
        notification::Model { event_seq, ..row }.into_active_model()
    });
    Ok(statement_buckets::insert_all(tx, numbered).await?)
}

/// Stores the numbers of the events that put new bookings at the top of both people's lists.
async fn update_booking_order(tx: &Transaction, new_bookings: BTreeMap<Uuid, InboxSeqs>) -> Result<()> {
    for (id, InboxSeqs { organizer, talent }) in new_bookings {
        booking::Entity::update_many()
            .col_expr(booking::Column::OrganizerEventSeq, Expr::value(organizer))
            .col_expr(booking::Column::TalentEventSeq, Expr::value(talent))
            .filter(booking::Column::Id.eq(id))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// The numbers of the events that moved a conversation to the top, one in each person's sequence. 0 for a person who
/// has left the site and gets no events.
#[derive(Clone, Copy, Default)]
struct InboxSeqs {
    organizer: i64,
    talent: i64,
}

impl InboxSeqs {
    fn set(&mut self, side: Role, seq: i64) {
        match side {
            Role::Organizer => self.organizer = seq,
            Role::Talent => self.talent = seq,
        }
    }
}

/// Moves conversations to the top of both people's inboxes. The transaction has locked their rows already.
async fn update_inbox_order(tx: &Transaction, reordered: BTreeMap<Uuid, InboxSeqs>) -> Result<()> {
    let reordered: Vec<_> = reordered.into_iter().collect();
    for batch in reordered.chunks(statement_buckets::MAX_BATCH) {
        let batch = statement_buckets::pad_to_bucket(batch.iter().copied());
        let numbers = |column: conversation::Column, of: fn(&InboxSeqs) -> i64| {
            let cases = batch.iter().fold(CaseStatement::new(), |cases, (id, reordered)| {
                cases.case(Expr::col(conversation::Column::Id).eq(*id), Expr::value(of(reordered)))
            });
            let number: Expr = cases.finally(Expr::col(column)).into();
            number
        };
        conversation::Entity::update_many()
            .col_expr(
                conversation::Column::OrganizerEventSeq,
                numbers(conversation::Column::OrganizerEventSeq, |seqs| seqs.organizer),
            )
            .col_expr(
                conversation::Column::TalentEventSeq,
                numbers(conversation::Column::TalentEventSeq, |seqs| seqs.talent),
            )
            .filter(conversation::Column::Id.is_in(batch.iter().map(|(id, _)| *id)))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Locks people's sequences before an event's absolute count is computed, so that the count and the event's number
/// belong to the same moment. Needed on PostgreSQL only: SQLite has a single writer.
pub(crate) async fn lock_last_seqs(
    tx: &Transaction,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, i64>> {
    let mut people: Vec<_> = people.into_iter().map(|person| person.0).collect();
    people.sort_unstable();
    let mut last_seqs = HashMap::with_capacity(people.len());
    for batch in people.chunks(statement_buckets::MAX_BATCH) {
        let rows = event_sequence::Entity::find()
            .filter(event_sequence::Column::PersonId.is_in(statement_buckets::pad_to_bucket(batch.iter().copied())))
            .order_by_asc(event_sequence::Column::PersonId)
            .lock_exclusive()
            .all(tx)
            .await?;
        last_seqs.extend(rows.into_iter().map(|row| (PersonId(row.person_id), row.seq)));
    }
    Ok(last_seqs)
}

/// Advances the sequences by the number of each person's events; returns the numbers before that.
async fn allocate_seqs(tx: &Transaction, recorded: &BTreeMap<PersonId, Vec<Event>>) -> Result<HashMap<PersonId, i64>> {
    let last_seqs = lock_last_seqs(tx, recorded.keys().copied()).await?;
    let after = recorded.iter().map(|(person, events)| {
        let before = last_seqs.get(person).ok_or_else(|| Error::corrupt("person without a sequence"))?;
        let seq = before + i64::try_from(events.len()).map_err(Error::internal)?;
        Ok(event_sequence::ActiveModel { person_id: Set(person.0), seq: Set(seq) })
    });
    // All rows exist, so this never inserts; as an upsert, one statement sets a different number in each row.
    let change =
        OnConflict::column(event_sequence::Column::PersonId).update_column(event_sequence::Column::Seq).to_owned();
    statement_buckets::upsert_all(tx, after.collect::<Result<Vec<_>>>()?, &change).await?;
    Ok(last_seqs)
}

/// Returns each person's newest number. A person's events are adjacent in `published`.
fn last_seqs(published: &[PublishedEvent]) -> Vec<(PersonId, i64)> {
    let last = published.chunk_by(|one, next| one.person == next.person).filter_map(<[PublishedEvent]>::last);
    last.map(|event| (event.person, event.seq)).collect()
}

fn encode_row(person: PersonId, seq: i64, at: Timestamp, event: Event) -> Result<event::Model> {
    let kind = event.name().to_owned();
    let payload = serde_json::to_string(&Envelope { seq, at, event }).map_err(Error::internal)?;
    Ok(event::Model { person_id: person.0, seq, kind, payload, at: at.millis() })
}

impl super::event_log::StoredEvent {
    /// Returns the same frame that was published when the event was written.
    pub(super) fn sse_frame(&self) -> Bytes {
        sse::encode_event(&self.kind, self.seq, &self.payload)
    }
}
