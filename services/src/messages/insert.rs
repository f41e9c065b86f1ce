use super::row::{message_of, row_of};
use crate::{
    Result,
    accounts::person_of,
    entity::{message, person},
    realtime::EventRecorder,
    store::{Transaction, statement_buckets},
};
use model::{
    BookingId, BookingStatus, BookingSummary, ClientId, Event, Message, MessageDraft, Notification, NotificationId,
    NotificationKind, Person, PersonId, Timestamp, notification::PREVIEW_LIMIT, text,
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::collections::HashMap;
use uuid::Uuid;

/// A message about to be inserted, with a sequence number allocated to it.
pub(crate) struct NewMessage {
    pub(crate) draft: MessageDraft,
    pub(crate) client_id: ClientId,
    pub(crate) booking: BookingId,
    pub(crate) seq: i64,
    pub(crate) sender: Person,
    pub(crate) recipient: PersonId,
    pub(crate) kind: NotificationKind,
    /// The booking's terms, for a notification about the booking itself.
    pub(crate) summary: Option<BookingSummary>,
    /// The booking's new status, if a booking action caused this message.
    pub(crate) booking_status: Option<BookingStatus>,
}

/// Inserts messages with as many statements as one message takes, and records their events and notifications.
pub(crate) async fn insert_messages(
    tx: &Transaction,
    new_messages: Vec<NewMessage>,
    recorder: &mut EventRecorder,
    now: Timestamp,
) -> Result<Vec<Message>> {
    let timed = new_messages.into_iter().map(|new_message| (new_message, now)).collect();
    insert_messages_at(tx, timed, recorder).await
}

/// Like [`insert_messages`], with a time for each message: for the history of demo data.
pub(crate) async fn insert_messages_at(
    tx: &Transaction,
    new_messages: Vec<(NewMessage, Timestamp)>,
    recorder: &mut EventRecorder,
) -> Result<Vec<Message>> {
    if new_messages.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<message::Model> = new_messages.iter().map(|(new_message, at)| row_of(new_message, *at)).collect();
    let notifications: Vec<_> = new_messages.iter().map(|(new_message, at)| new_message.notification(*at)).collect();
    statement_buckets::insert_all(tx, rows.iter().cloned().map(IntoActiveModel::into_active_model)).await?;
    let mut messages = Vec::with_capacity(rows.len());
    for (((new_message, _), row), notification) in new_messages.into_iter().zip(rows).zip(notifications) {
        let message = message_of(row, new_message.booking, new_message.sender)?;
        recorder.record(message.sender.id, Event::MessageCreated { message: message.clone() });
        recorder.record(new_message.recipient, Event::MessageCreated { message: message.clone() });
        recorder.record_notification(new_message.recipient, notification, message.seq);
        messages.push(message);
    }
    Ok(messages)
}

impl NewMessage {
    fn notification(&self, now: Timestamp) -> Notification {
        Notification {
            id: NotificationId(Uuid::now_v7()),
            kind: self.kind,
            conversation_id: Some(self.draft.conversation_id),
            booking_id: Some(self.booking),
            booking: self.summary.clone(),
            actor: self.sender.clone(),
            preview: if self.booking_status.is_some() {
                String::new()
            } else {
                text::preview(self.draft.body.as_str(), PREVIEW_LIMIT)
            },
            created_at: now,
            read_at: None,
        }
    }
}

/// Loads the senders' current names, without deleted accounts. Call it with the conversation locked, for which a change
/// of name or a deletion waits: so no event carries an old name after the event with the new one, and no deleted
/// account sends.
pub(crate) async fn active_senders(
    tx: &Transaction,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, Person>> {
    let here = person::Entity::find()
        .filter(person::Column::Id.is_in(statement_buckets::pad_to_bucket(people.into_iter().map(|id| id.0))))
        .filter(person::Column::DeletedAt.is_null());
    here.all(tx).await?.into_iter().map(|row| Ok((PersonId(row.id), person_of(row)?))).collect()
}
