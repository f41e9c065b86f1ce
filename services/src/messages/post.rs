use super::message_of;
use crate::{
    Greenroom, Result, Viewer,
    accounts::person_of,
    conversations::Side,
    entity::{conversation, message, notification, person},
    error::is_duplicate,
    live::Journal,
    store::Transaction,
    to_the_end,
};
use model::{
    Body, BookingId, BookingStatus, ClientId, ConversationId, Draft, Event, Instant, Message, Notification,
    NotificationId, NotificationKind, Person, Refusal, notification::PREVIEW_LIMIT, text,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

/// What became of a message.
#[derive(Debug)]
pub enum Posted {
    /// It stands in the conversation now.
    New(Message),
    /// It stood there already: this was a retry.
    Again(Message),
}

impl Posted {
    /// The message, new or not.
    pub fn into_message(self) -> Message {
        match self {
            Posted::New(message) | Posted::Again(message) => message,
        }
    }
}

/// A message about to be written into a conversation whose `last_seq` it takes.
pub(crate) struct Entry<'a> {
    pub(crate) row: &'a conversation::Model,
    pub(crate) kind: NotificationKind,
    pub(crate) body: Body,
    pub(crate) client_id: ClientId,
    /// The step this line tells of, by where it led.
    pub(crate) step: Option<BookingStatus>,
    pub(crate) now: Instant,
}

impl Greenroom {
    /// Sends a message. The message, its place, both people's events and the notification are one
    /// transaction; the same client id again gives the same message.
    ///
    /// # Errors
    /// `NotFound` where the conversation isn't the viewer's; `ClientIdReused` where the client id
    /// belongs to another message; `RateLimited`.
    pub async fn post(&self, viewer: &Viewer, draft: Draft) -> Result<Posted> {
        viewer.may_write()?;
        self.sends.take(viewer.id(), self.now())?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        to_the_end(async move { greenroom.post_in_full(&viewer, draft).await }).await
    }

    async fn post_in_full(&self, viewer: &Viewer, draft: Draft) -> Result<Posted> {
        let now = self.now();
        let client_id = draft.client_id.unwrap_or_else(crate::mint_client_id);
        let tx = self.store.write().await?;
        let row = take_seq(&tx, viewer, draft.conversation_id, now).await?;
        let (kind, body) = (NotificationKind::Message, draft.body.clone());
        let entry = Entry { row: &row, kind, body, client_id, step: None, now };
        let mut journal = Journal::default();
        match write_down(&tx, viewer, entry, &mut journal).await {
            Ok(message) => {
                journal.commit(tx, &self.hub, now).await?;
                Ok(Posted::New(message))
            }
            Err(crate::Error::Database(error)) if is_duplicate(&error) => {
                tx.rollback().await?;
                let known = self.find_sent(viewer, client_id, BookingId(row.booking_id)).await?;
                let same = known.conversation_id == draft.conversation_id && known.body == draft.body.as_str();
                if same { Ok(Posted::Again(known)) } else { Err(Refusal::ClientIdReused.into()) }
            }
            Err(error) => Err(error),
        }
    }

    async fn find_sent(&self, viewer: &Viewer, client_id: ClientId, booking_id: BookingId) -> Result<Message> {
        // Where the first try waits for its flush, so does this.
        let tx = self.store.write().await?;
        let found = message::Entity::find()
            .filter(message::Column::SenderId.eq(viewer.id().0))
            .filter(message::Column::ClientId.eq(client_id.0))
            .one(&tx)
            .await?;
        tx.commit().await?;
        message_of(found.ok_or(Refusal::ClientIdReused)?, booking_id, viewer.person().clone())
    }
}

/// Locks the conversation and takes its next `seq`. The same statement is the authorisation: it finds
/// the row among the viewer's own or not at all.
pub(crate) async fn take_seq(
    tx: &Transaction,
    viewer: &Viewer,
    id: ConversationId,
    now: Instant,
) -> Result<conversation::Model> {
    let locked = conversation::Entity::update_many()
        .col_expr(conversation::Column::LastSeq, Expr::col(conversation::Column::LastSeq).add(1))
        .col_expr(conversation::Column::UpdatedAt, Expr::value(now.millis()))
        .filter(conversation::Column::Id.eq(id.0))
        .filter(Side::of(viewer).own(viewer))
        .exec_with_returning(tx)
        .await?;
    Ok(locked.into_iter().next().ok_or(Refusal::NotFound)?)
}

/// Writes the message and the other's notification, and notes who is to be told.
pub(crate) async fn write_down(
    tx: &Transaction,
    viewer: &Viewer,
    entry: Entry<'_>,
    journal: &mut Journal,
) -> Result<Message> {
    let booking_id = BookingId(entry.row.booking_id);
    let counterpart = Side::of(viewer).counterpart(entry.row);
    let row = message::ActiveModel {
        id: Set(Uuid::now_v7()),
        conversation_id: Set(entry.row.id),
        seq: Set(entry.row.last_seq),
        sender_id: Set(viewer.id().0),
        client_id: Set(entry.client_id.0),
        body: Set(entry.body.into_string()),
        created_at: Set(entry.now.millis()),
        step: Set(entry.step.map(|step| step.as_str().to_owned())),
    };
    let sender = still_here(tx, viewer).await?;
    let message = message_of(row.insert(tx).await?, booking_id, sender.clone())?;
    let notification = Notification {
        id: NotificationId(Uuid::now_v7()),
        kind: entry.kind,
        conversation_id: Some(message.conversation_id),
        booking_id: Some(booking_id),
        actor: sender,
        preview: if entry.step.is_some() { String::new() } else { text::preview(&message.body, PREVIEW_LIMIT) },
        created_at: entry.now,
        read_at: None,
    };
    let row = notification::ActiveModel {
        id: Set(notification.id.0),
        person_id: Set(counterpart.0),
        kind: Set(notification.kind.as_str().to_owned()),
        conversation_id: Set(Some(entry.row.id)),
        booking_id: Set(Some(booking_id.0)),
        actor_id: Set(viewer.id().0),
        message_seq: Set(message.seq),
        preview: Set(notification.preview.clone()),
        created_at: Set(entry.now.millis()),
        read_at: Set(None),
        mail_id: Set(None),
    };
    notification::Entity::insert(row).exec_without_returning(tx).await?;
    journal.tell(viewer.id(), Event::MessageCreated { message: message.clone() });
    journal.tell(counterpart, Event::MessageCreated { message: message.clone() });
    journal.tell(counterpart, Event::NotificationCreated { notification });
    Ok(message)
}

/// The sender as they are now. Read with the conversation locked, which changing a name waits for: so no
/// event carries an old name behind the one that tells of the new, and nobody writes after they have left.
async fn still_here(tx: &Transaction, viewer: &Viewer) -> Result<Person> {
    let row = person::Entity::find_by_id(viewer.id().0).filter(person::Column::DeletedAt.is_null()).one(tx).await?;
    person_of(row.ok_or(Refusal::Unauthenticated)?)
}
