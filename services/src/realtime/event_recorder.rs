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

/// What a transaction tells people. Written as its last step, told after its commit.
#[derive(Default)]
pub(crate) struct EventRecorder {
    events: BTreeMap<PersonId, Vec<Event>>,
    /// Rows that stand in the order of the events that tell of them, and so are written with these.
    notifications: Vec<notification::Model>,
}

/// What a stream is told, once it is committed.
struct PublishedEvent {
    person: PersonId,
    seq: i64,
    frame: Bytes,
}

impl EventRecorder {
    /// Notes an event for a person. Theirs keep this order.
    pub(crate) fn record(&mut self, person: PersonId, event: Event) {
        self.events.entry(person).or_default().push(event);
    }

    /// Notes a notification for a person, which is stored when they are told of it. It is seen with the message at
    /// `message_seq`; 0 where it is about none.
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

    /// Tells this person nothing after all.
    pub(crate) fn discard(&mut self, person: PersonId) {
        self.events.remove(&person);
        self.notifications.retain(|row| row.person_id != person.0);
    }

    /// Writes everything down, commits, and then tells the streams of this process and the other nodes.
    pub(crate) async fn commit(self, tx: Transaction, hub: &Hub, at: Timestamp) -> Result<()> {
        let (published, hub) = (self.insert_events(&tx, at).await?, hub.clone());
        tx.commit_then(Box::new(move || {
            // First those who have a longer way.
            hub.bus().publish_last_seqs(&last_seqs(&published));
            for PublishedEvent { person, seq, frame } in published {
                if hub.publish(person, seq, &frame) {
                    metrics::record_event_delivered("told", at);
                }
            }
        }))
        .await
    }

    /// Takes the next numbers of everybody's sequence and writes the events under them.
    ///
    /// People are locked in the order of their ids, so that two transactions never wait for each other; the row stays
    /// locked until the commit, so that numbers become visible in order.
    async fn insert_events(self, tx: &Transaction, at: Timestamp) -> Result<Vec<PublishedEvent>> {
        let mut rows = Vec::new();
        let mut published = Vec::new();
        let mut reordered = BTreeMap::<Uuid, InboxSeqs>::new();
        let mut opened = BTreeMap::<Uuid, InboxSeqs>::new();
        let mut notified = HashMap::<Uuid, i64>::new();
        let last_seqs = allocate_seqs(tx, &self.events).await?;
        for (person, events) in self.events {
            let mut seq = *last_seqs.get(&person).ok_or_else(|| Error::corrupt("person without a sequence"))?;
            for event in events {
                seq += 1;
                if let Some((conversation, side)) = reordered_conversation(&event, person) {
                    reordered.entry(conversation).or_default().set(side, seq);
                    if let Event::ConversationCreated { conversation } = &event {
                        opened.entry(conversation.booking.id.0).or_default().set(side, seq);
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
        update_booking_order(tx, opened).await?;
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

/// Puts new bookings on top of the lists of their people.
async fn update_booking_order(tx: &Transaction, opened: BTreeMap<Uuid, InboxSeqs>) -> Result<()> {
    for (id, InboxSeqs { organizer, talent }) in opened {
        booking::Entity::update_many()
            .col_expr(booking::Column::OrganizerEventSeq, Expr::value(organizer))
            .col_expr(booking::Column::TalentEventSeq, Expr::value(talent))
            .filter(booking::Column::Id.eq(id))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// The conversation that an event moves up in a person's inbox, and which of its sides they are.
fn reordered_conversation(event: &Event, person: PersonId) -> Option<(Uuid, Role)> {
    let (conversation, is_organizer) = match event {
        Event::MessageCreated { message } => {
            let by_organizer = message.sender.role == Role::Organizer;
            (message.conversation_id, by_organizer == (message.sender.id == person))
        }
        Event::ConversationCreated { conversation } => (conversation.id, conversation.booking.organizer.id == person),
        _ => return None,
    };
    Some((conversation.0, if is_organizer { Role::Organizer } else { Role::Talent }))
}

/// The numbers of the events that reordered a conversation up, in the sequences of its two people. 0 for one who has left,
/// and is told nothing.
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

/// Puts conversations on top of the inboxes of their people. Their rows are locked already.
async fn update_inbox_order(tx: &Transaction, reordered: BTreeMap<Uuid, InboxSeqs>) -> Result<()> {
    let reordered: Vec<_> = reordered.into_iter().collect();
    for some in reordered.chunks(statement_buckets::MAX_BATCH) {
        let some = statement_buckets::pad_to_bucket(some.iter().copied());
        let numbers = |column: conversation::Column, of: fn(&InboxSeqs) -> i64| {
            let cases = some.iter().fold(CaseStatement::new(), |cases, (id, reordered)| {
                cases.case(Expr::col(conversation::Column::Id).eq(*id), Expr::value(of(reordered)))
            });
            let number: Expr = cases.finally(Expr::col(column)).into();
            number
        };
        conversation::Entity::update_many()
            .col_expr(
                conversation::Column::OrganizerEventSeq,
                numbers(conversation::Column::OrganizerEventSeq, |reordered| reordered.organizer),
            )
            .col_expr(
                conversation::Column::TalentEventSeq,
                numbers(conversation::Column::TalentEventSeq, |reordered| reordered.talent),
            )
            .filter(conversation::Column::Id.is_in(some.iter().map(|(id, _)| *id)))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Locks people's sequences before something absolute is counted for an event, so that the count and
/// the number it goes out under belong to the same moment. Needed on PostgreSQL; SQLite has one writer.
pub(crate) async fn lock_last_seqs(
    tx: &Transaction,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, i64>> {
    let mut people: Vec<_> = people.into_iter().map(|person| person.0).collect();
    people.sort_unstable();
    let mut last_seqs = HashMap::with_capacity(people.len());
    for some in people.chunks(statement_buckets::MAX_BATCH) {
        let rows = event_sequence::Entity::find()
            .filter(event_sequence::Column::PersonId.is_in(statement_buckets::pad_to_bucket(some.iter().copied())))
            .order_by_asc(event_sequence::Column::PersonId)
            .lock_exclusive()
            .all(tx)
            .await?;
        last_seqs.extend(rows.into_iter().map(|row| (PersonId(row.person_id), row.seq)));
    }
    Ok(last_seqs)
}

/// The numbers before those taken.
async fn allocate_seqs(tx: &Transaction, published: &BTreeMap<PersonId, Vec<Event>>) -> Result<HashMap<PersonId, i64>> {
    let last_seqs = lock_last_seqs(tx, published.keys().copied()).await?;
    let after = published.iter().map(|(person, events)| {
        let before = last_seqs.get(person).ok_or_else(|| Error::corrupt("person without a sequence"))?;
        let seq = before + i64::try_from(events.len()).map_err(Error::internal)?;
        Ok(event_sequence::ActiveModel { person_id: Set(person.0), seq: Set(seq) })
    });
    // All of them are there; said like this, one statement gives each a number of its own.
    let change =
        OnConflict::column(event_sequence::Column::PersonId).update_column(event_sequence::Column::Seq).to_owned();
    statement_buckets::upsert_all(tx, after.collect::<Result<Vec<_>>>()?, &change).await?;
    Ok(last_seqs)
}

/// Where each person's sequence has come to; what is told of them stands together.
fn last_seqs(published: &[PublishedEvent]) -> Vec<(PersonId, i64)> {
    let last = published.chunk_by(|one, next| one.person == next.person).filter_map(<[PublishedEvent]>::last);
    last.map(|published| (published.person, published.seq)).collect()
}

fn encode_row(person: PersonId, seq: i64, at: Timestamp, event: Event) -> Result<event::Model> {
    let kind = event.name().to_owned();
    let payload = serde_json::to_string(&Envelope { seq, at, event }).map_err(Error::internal)?;
    Ok(event::Model { person_id: person.0, seq, kind, payload, at: at.millis() })
}

impl super::event_log::StoredEvent {
    /// The same frame as the one told when it was written.
    pub(super) fn sse_frame(&self) -> Bytes {
        sse::encode_event(&self.kind, self.seq, &self.payload)
    }
}
