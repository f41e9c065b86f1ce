//! Messages of whoever sends at the same moment, written by the same few statements.

use super::{
    entry::{Entry, still_here, write_down},
    message_of,
    post::Posted,
};
use crate::{
    Greenroom, Result, Viewer,
    accounts::LiveSessions,
    conversations::Party,
    entity::{conversation, message},
    realtime::EventRecorder,
    store::{Transaction, statement_buckets},
};
use model::{BookingId, ClientId, Draft, Instant, Message, NotificationKind, Person, PersonId, Refusal};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Condition, Expr},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// A message that somebody sends.
pub(crate) struct Sending {
    pub(super) viewer: Viewer,
    pub(super) draft: Draft,
    pub(super) client_id: ClientId,
}

/// What becomes of one of them.
enum Fate {
    /// It is the entry at this place.
    Written(usize),
    /// It is the same as the entry at this place.
    SameAs(usize),
    Again(Message),
    Refused(Refusal),
}

/// What is known before anything is written.
struct Known {
    sessions: LiveSessions,
    /// The conversations, locked.
    conversations: HashMap<Uuid, conversation::Model>,
    sent: HashMap<(PersonId, ClientId), message::Model>,
    senders: HashMap<PersonId, Person>,
}

impl Greenroom {
    /// Sends all of these, in their order, in one transaction.
    pub(super) async fn post_all(&self, batch: &[Sending]) -> Result<Vec<Result<Posted>>> {
        let now = self.now();
        let (tx, sessions) = self.write_for_all(batch.iter().map(|sending| &sending.viewer)).await?;
        let mut known = Known {
            sessions,
            conversations: lock_conversations(&tx, batch).await?,
            sent: sent_before(&tx, batch).await?,
            senders: still_here(&tx, batch.iter().map(|sending| sending.viewer.id())).await?,
        };
        let (mut entries, mut fates) = (Vec::new(), Vec::new());
        for sending in batch {
            fates.push(sending.fate(&mut known, &mut entries)?);
        }
        take_places(&tx, &entries, now).await?;
        let mut recorder = EventRecorder::default();
        let written = write_down(&tx, entries, &mut recorder, now).await?;
        recorder.commit(tx, &self.hub, now).await?;
        Ok(fates.into_iter().map(|fate| fate.told(&written)).collect())
    }
}

impl Sending {
    fn fate(&self, known: &mut Known, entries: &mut Vec<Entry>) -> Result<Fate> {
        if let Err(refusal) = known.sessions.check(&self.viewer) {
            return Ok(Fate::Refused(refusal));
        }
        let party = Party::of(&self.viewer);
        let own =
            known.conversations.get_mut(&self.draft.conversation_id.0).filter(|row| party.is_of(&self.viewer, row));
        let Some(row) = own else { return Ok(Fate::Refused(Refusal::NotFound)) };
        if let Some(sent) = known.sent.get(&(self.viewer.id(), self.client_id)) {
            let same = sent.conversation_id == row.id && sent.body == self.draft.body.as_str();
            let message = message_of(sent.clone(), BookingId(row.booking_id), self.viewer.person().clone())?;
            return Ok(if same { Fate::Again(message) } else { Fate::Refused(Refusal::ClientIdReused) });
        }
        let twin = |entry: &Entry| entry.sender.id == self.viewer.id() && entry.client_id == self.client_id;
        if let Some(place) = entries.iter().position(twin) {
            let same =
                entries[place].conversation == self.draft.conversation_id && entries[place].body == self.draft.body;
            return Ok(if same { Fate::SameAs(place) } else { Fate::Refused(Refusal::ClientIdReused) });
        }
        let Some(sender) = known.senders.get(&self.viewer.id()) else {
            return Ok(Fate::Refused(Refusal::Unauthenticated));
        };
        row.last_seq += 1;
        entries.push(Entry {
            conversation: self.draft.conversation_id,
            booking: BookingId(row.booking_id),
            seq: row.last_seq,
            sender: sender.clone(),
            recipient: party.counterpart(row),
            kind: NotificationKind::Message,
            body: self.draft.body.clone(),
            client_id: self.client_id,
            step: None,
        });
        Ok(Fate::Written(entries.len() - 1))
    }
}

impl Fate {
    fn told(self, written: &[Message]) -> Result<Posted> {
        match self {
            Fate::Written(place) => Ok(Posted::New(written[place].clone())),
            Fate::SameAs(place) => Ok(Posted::Again(written[place].clone())),
            Fate::Again(message) => Ok(Posted::Again(message)),
            Fate::Refused(refusal) => Err(refusal.into()),
        }
    }
}

/// Locks those of the conversations that are of any of these people, in the order of their ids.
async fn lock_conversations(tx: &Transaction, batch: &[Sending]) -> Result<HashMap<Uuid, conversation::Model>> {
    let ids: BTreeSet<_> = batch.iter().map(|sending| sending.draft.conversation_id.0).collect();
    let people: BTreeSet<_> = batch.iter().map(|sending| sending.viewer.id().0).collect();
    let (ids, people) = (statement_buckets::pad_to_bucket(ids), statement_buckets::pad_to_bucket(people));
    let theirs = Condition::any()
        .add(conversation::Column::OrganizerId.is_in(people.clone()))
        .add(conversation::Column::TalentId.is_in(people));
    let rows = conversation::Entity::find()
        .filter(conversation::Column::Id.is_in(ids))
        .filter(theirs)
        .order_by_asc(conversation::Column::Id)
        .lock_exclusive()
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What was sent before under the client ids of these. Read with the conversations locked: a first try has either been
/// committed or comes later.
async fn sent_before(tx: &Transaction, batch: &[Sending]) -> Result<HashMap<(PersonId, ClientId), message::Model>> {
    let each = batch.iter().map(|Sending { viewer, client_id, .. }| {
        let own = message::Column::SenderId.eq(viewer.id().0);
        Condition::all().add(own).add(message::Column::ClientId.eq(client_id.0))
    });
    let rows = message::Entity::find()
        .filter(statement_buckets::pad_to_bucket(each).into_iter().fold(Condition::any(), Condition::add))
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| ((PersonId(row.sender_id), ClientId(row.client_id)), row)).collect())
}

/// Notes how far the conversations of these entries have come.
async fn take_places(tx: &Transaction, entries: &[Entry], now: Instant) -> Result<()> {
    for (places, conversations) in by_count(entries.iter().map(|entry| entry.conversation.0)) {
        conversation::Entity::update_many()
            .col_expr(conversation::Column::LastSeq, Expr::col(conversation::Column::LastSeq).add(places))
            .col_expr(conversation::Column::UpdatedAt, Expr::value(now.millis()))
            .filter(conversation::Column::Id.is_in(statement_buckets::pad_to_bucket(conversations)))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// What comes equally often, together.
fn by_count(ids: impl Iterator<Item = Uuid>) -> BTreeMap<i64, Vec<Uuid>> {
    let mut counts = HashMap::<Uuid, i64>::new();
    ids.for_each(|id| *counts.entry(id).or_default() += 1);
    let mut groups = BTreeMap::<i64, Vec<Uuid>>::new();
    counts.into_iter().for_each(|(id, count)| groups.entry(count).or_default().push(id));
    groups
}
