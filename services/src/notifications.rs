//! Notifications: listing them, counting the unread ones for the bell icon, and marking them as seen.

mod mark_read;
mod nav_state;

pub use mark_read::NotificationSelection;

use crate::{
    Error, Greenroom, Result, Viewer,
    accounts::person_of,
    entity::{booking, notification, person},
    page::{self, PAGE_SIZE, PageCursor},
    realtime::{EventRecorder, last_seq},
    store::statement_buckets,
};
use model::{
    BookingId, BookingSummary, ConversationId, Money, Notification, NotificationId, NotificationKind, NotificationList,
    PersonId, Timestamp,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    RelationDef, Select,
};
use std::collections::HashMap;
use uuid::Uuid;

impl Greenroom {
    /// Returns a page of the viewer's notifications, newest first.
    ///
    /// # Errors
    /// `Invalid` for a page token that can't be parsed.
    pub async fn list_notifications(&self, viewer: &Viewer, page: Option<&str>) -> Result<NotificationList> {
        let after = PageCursor::parse(page)?;
        let snapshot = self.store.snapshot().await?;
        let mut notifications = list_page(&*snapshot, viewer, after).await?;
        let next_page =
            page::truncate_page(&mut notifications, |(event_seq, last)| PageCursor::new(event_seq, last.id.0));
        let notifications = notifications.into_iter().map(|(_, notification)| notification).collect();
        let unread = count_unread(&*snapshot, viewer.id()).await?;
        Ok(NotificationList { notifications, unread, next_page, cursor: last_seq(&*snapshot, viewer.id()).await? })
    }
}

fn select_unread(person: PersonId) -> Select<notification::Entity> {
    notification::Entity::find()
        .filter(notification::Column::PersonId.eq(person.0))
        .filter(notification::Column::ReadAt.is_null())
}

/// Counts the notifications a person hasn't seen.
pub(crate) async fn count_unread(connection: &impl ConnectionTrait, person: PersonId) -> Result<i64> {
    let count = select_unread(person).count(connection).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Returns a page of a person's notifications and one more. Ordered by the sequence numbers of their events, which
/// changes of the clock don't affect.
async fn list_page(
    connection: &impl ConnectionTrait,
    viewer: &Viewer,
    after: Option<PageCursor>,
) -> Result<Vec<(i64, Notification)>> {
    let mut query = notification::Entity::find()
        .select_also(person::Entity)
        .join(JoinType::InnerJoin, join_actor())
        .filter(notification::Column::PersonId.eq(viewer.id().0));
    if let Some(page_cursor) = after {
        query = query.filter(page_cursor.after_descending([notification::Column::EventSeq, notification::Column::Id])?);
    }
    let rows = query
        .order_by_desc(notification::Column::EventSeq)
        .order_by_desc(notification::Column::Id)
        .limit(PAGE_SIZE + 1)
        .all(connection)
        .await?;
    let summaries = load_summaries(connection, rows.iter().map(|(row, _)| row)).await?;
    let numbered = |row: notification::Model, actor| {
        let summary = row.booking_id.filter(|_| names_booking(&row)).and_then(|id| summaries.get(&id).cloned());
        Ok((row.event_seq, notification_of(row, actor, summary)?))
    };
    rows.into_iter().filter_map(|(row, actor)| Some(numbered(row, actor?))).collect()
}

/// Whether a notification is about a booking itself, not about a message of its conversation.
fn names_booking(row: &notification::Model) -> bool {
    row.kind != NotificationKind::Message.as_str()
}

/// Loads the terms of the bookings that the notifications name.
async fn load_summaries(
    connection: &impl ConnectionTrait,
    rows: impl Iterator<Item = &notification::Model>,
) -> Result<HashMap<Uuid, BookingSummary>> {
    let ids: Vec<Uuid> = rows.filter(|row| names_booking(row)).filter_map(|row| row.booking_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = booking::Entity::find().filter(booking::Column::Id.is_in(statement_buckets::pad_to_bucket(ids)));
    found.all(connection).await?.into_iter().map(|row| Ok((row.id, summary_of(row)?))).collect()
}

fn summary_of(row: booking::Model) -> Result<BookingSummary> {
    Ok(BookingSummary {
        title: row.title,
        event_date: row.event_date.parse().map_err(|_| Error::corrupt("event date"))?,
        fee: Money { amount: row.fee_amount, currency: row.fee_currency },
    })
}

fn join_actor() -> RelationDef {
    notification::Entity::belongs_to(person::Entity).from(notification::Column::ActorId).to(person::Column::Id).into()
}

fn notification_of(
    row: notification::Model,
    actor: person::Model,
    booking: Option<BookingSummary>,
) -> Result<Notification> {
    Ok(Notification {
        id: NotificationId(row.id),
        kind: row.kind.parse().map_err(|()| Error::corrupt("notification kind"))?,
        conversation_id: row.conversation_id.map(ConversationId),
        booking_id: row.booking_id.map(BookingId),
        booking,
        actor: person_of(actor)?,
        preview: row.preview,
        created_at: Timestamp::from_millis(row.created_at),
        read_at: row.read_at.map(Timestamp::from_millis),
    })
}

/// Records a notification to a person about their own account.
pub(crate) fn notify_self(
    owner: &person::Model,
    kind: NotificationKind,
    recorder: &mut EventRecorder,
    now: Timestamp,
) -> Result<()> {
    let notification = Notification {
        id: NotificationId(uuid::Uuid::now_v7()),
        kind,
        conversation_id: None,
        booking_id: None,
        booking: None,
        actor: person_of(owner.clone())?,
        preview: String::new(),
        created_at: now,
        read_at: None,
    };
    recorder.record_notification(PersonId(owner.id), notification, 0);
    Ok(())
}
