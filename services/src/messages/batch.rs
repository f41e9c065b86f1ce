//! Writes the messages of concurrent senders with the same few statements.

use super::{
    insert::{NewMessage, active_senders, insert_messages},
    request::{MessageRequest, SendOutcome},
    row::message_of,
};
use crate::{
    Greenroom, Result,
    accounts::LiveSessions,
    conversations::Party,
    entity::{conversation, message},
    realtime::EventRecorder,
    store::{Transaction, statement_buckets},
};
use model::{ApiError, BookingId, ClientId, Message, MessageDraft, NotificationKind, Person, PersonId, Timestamp};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Condition, Expr},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// The result for one message of the batch.
enum BatchOutcome {
    /// Inserted: the new message at this index.
    Written(usize),
    /// A duplicate of the new message at this index.
    DuplicateOf(usize),
    Duplicate(Message),
    Refused(ApiError),
}

/// State read before the batch is written.
struct BatchContext {
    sessions: LiveSessions,
    /// The senders' conversations. Their rows are locked.
    conversations: HashMap<Uuid, conversation::Model>,
    sent: HashMap<(PersonId, ClientId), message::Model>,
    senders: HashMap<PersonId, Person>,
}

impl Greenroom {
    /// Sends the batch in order, in one transaction.
    pub(super) async fn send_all(&self, batch: &[MessageRequest]) -> Result<Vec<Result<SendOutcome>>> {
        let now = self.now();
        let (tx, sessions) = self.write_for_all(batch.iter().map(|request| &request.viewer)).await?;
        let mut context = BatchContext {
            sessions,
            conversations: lock_conversations(&tx, batch).await?,
            sent: find_duplicates(&tx, batch).await?,
            senders: active_senders(&tx, batch.iter().map(|request| request.viewer.id())).await?,
        };
        let (mut new_messages, mut outcomes) = (Vec::new(), Vec::new());
        for request in batch {
            outcomes.push(request.decide(&mut context, &mut new_messages)?);
        }
        allocate_seqs(&tx, &new_messages, now).await?;
        let mut recorder = EventRecorder::default();
        let written = insert_messages(&tx, new_messages, &mut recorder, now).await?;
        recorder.commit(tx, &self.realtime.hub, now).await?;
        Ok(outcomes.into_iter().map(|outcome| outcome.into_result(&written)).collect())
    }
}

impl MessageRequest {
    fn decide(&self, context: &mut BatchContext, new_messages: &mut Vec<NewMessage>) -> Result<BatchOutcome> {
        if let Err(api_error) = context.sessions.check(&self.viewer) {
            return Ok(BatchOutcome::Refused(api_error));
        }
        // Destructured so that a new field gets compared, too: a retry with another value isn't a duplicate.
        let MessageDraft { conversation_id, body, client_id: _ } = &self.draft;
        let party = Party::of(&self.viewer);
        let own = context.conversations.get_mut(&conversation_id.0).filter(|row| party.is_of(&self.viewer, row));
        let Some(row) = own else { return Ok(BatchOutcome::Refused(ApiError::NotFound)) };
        if let Some(sent) = context.sent.get(&(self.viewer.id(), self.client_id)) {
            let same = sent.conversation_id == row.id && sent.body == body.as_str();
            let message = message_of(sent.clone(), BookingId(row.booking_id), self.viewer.person().clone())?;
            return Ok(if same {
                BatchOutcome::Duplicate(message)
            } else {
                BatchOutcome::Refused(ApiError::ClientIdReused)
            });
        }
        let duplicate = |new_message: &NewMessage| {
            new_message.sender.id == self.viewer.id() && new_message.client_id == self.client_id
        };
        if let Some(index) = new_messages.iter().position(duplicate) {
            let same = new_messages[index].draft.conversation_id == *conversation_id
                && new_messages[index].draft.body == *body;
            return Ok(if same {
                BatchOutcome::DuplicateOf(index)
            } else {
                BatchOutcome::Refused(ApiError::ClientIdReused)
            });
        }
        let Some(sender) = context.senders.get(&self.viewer.id()) else {
            return Ok(BatchOutcome::Refused(ApiError::Unauthenticated));
        };
        row.last_seq += 1;
        new_messages.push(NewMessage {
            draft: self.draft.clone(),
            client_id: self.client_id,
            booking: BookingId(row.booking_id),
            seq: row.last_seq,
            sender: sender.clone(),
            recipient: party.counterpart(row),
            kind: NotificationKind::Message,
            summary: None,
            booking_status: None,
        });
        Ok(BatchOutcome::Written(new_messages.len() - 1))
    }
}

impl BatchOutcome {
    fn into_result(self, written: &[Message]) -> Result<SendOutcome> {
        match self {
            BatchOutcome::Written(index) => Ok(SendOutcome::New(written[index].clone())),
            BatchOutcome::DuplicateOf(index) => Ok(SendOutcome::Duplicate(written[index].clone())),
            BatchOutcome::Duplicate(message) => Ok(SendOutcome::Duplicate(message)),
            BatchOutcome::Refused(api_error) => Err(api_error.into()),
        }
    }
}

/// Locks the batch's conversations in the order of their ids. Leaves out those in which none of the senders takes part.
async fn lock_conversations(tx: &Transaction, batch: &[MessageRequest]) -> Result<HashMap<Uuid, conversation::Model>> {
    let ids: BTreeSet<_> = batch.iter().map(|request| request.draft.conversation_id.0).collect();
    let people: BTreeSet<_> = batch.iter().map(|request| request.viewer.id().0).collect();
    let (ids, people) = (statement_buckets::pad_to_bucket(ids), statement_buckets::pad_to_bucket(people));
    let with_senders = Condition::any()
        .add(conversation::Column::OrganizerId.is_in(people.clone()))
        .add(conversation::Column::TalentId.is_in(people));
    let rows = conversation::Entity::find()
        .filter(conversation::Column::Id.is_in(ids))
        .filter(with_senders)
        .order_by_asc(conversation::Column::Id)
        .lock_exclusive()
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Finds messages already sent under the batch's client ids. Read with the conversations locked, so that an earlier
/// attempt has either committed or will find this one.
async fn find_duplicates(
    tx: &Transaction,
    batch: &[MessageRequest],
) -> Result<HashMap<(PersonId, ClientId), message::Model>> {
    let each = batch.iter().map(|MessageRequest { viewer, client_id, .. }| {
        let own = message::Column::SenderId.eq(viewer.id().0);
        Condition::all().add(own).add(message::Column::ClientId.eq(client_id.0))
    });
    let rows = message::Entity::find()
        .filter(statement_buckets::pad_to_bucket(each).into_iter().fold(Condition::any(), Condition::add))
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| ((PersonId(row.sender_id), ClientId(row.client_id)), row)).collect())
}

/// Advances `last_seq` of the conversations of these messages.
async fn allocate_seqs(tx: &Transaction, new_messages: &[NewMessage], now: Timestamp) -> Result<()> {
    for (count, conversations) in
        group_by_count(new_messages.iter().map(|new_message| new_message.draft.conversation_id.0))
    {
        conversation::Entity::update_many()
            .col_expr(conversation::Column::LastSeq, Expr::col(conversation::Column::LastSeq).add(count))
            .col_expr(conversation::Column::UpdatedAt, Expr::value(now.millis()))
            .filter(conversation::Column::Id.is_in(statement_buckets::pad_to_bucket(conversations)))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Groups ids by how often they occur, so that one statement serves all with the same count.
fn group_by_count(ids: impl Iterator<Item = Uuid>) -> BTreeMap<i64, Vec<Uuid>> {
    let mut counts = HashMap::<Uuid, i64>::new();
    ids.for_each(|id| *counts.entry(id).or_default() += 1);
    let mut groups = BTreeMap::<i64, Vec<Uuid>>::new();
    counts.into_iter().for_each(|(id, count)| groups.entry(count).or_default().push(id));
    groups
}
