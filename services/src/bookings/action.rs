use super::BookingRow;
use crate::{
    Greenroom, Result, Viewer,
    conversations::Party,
    entity::{booking, conversation},
    messages::{NewMessage, active_senders, allocate_seq, generate_client_id, insert_messages},
    realtime::EventRecorder,
    run_to_completion,
    store::Transaction,
};
use model::{
    ApiError, Booking, BookingAction, BookingId, BookingStatus, BookingSummary, ConversationId, Event, MessageBody,
    MessageDraft, NotificationKind, Timestamp,
};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef, sea_query::Expr};

impl Greenroom {
    /// Accepts, declines or cancels one of the viewer's bookings. The action adds a message to its conversation.
    ///
    /// # Errors
    /// `NotFound` if the viewer has no booking with this id; `WrongRole` for an action reserved to the talent;
    /// `WrongStatus` if the booking's status doesn't allow it; `RateLimited`.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn apply_booking_action(&self, viewer: &Viewer, id: BookingId, action: BookingAction) -> Result<Booking> {
        viewer.require_write_scope()?;
        if action.required_role().is_some_and(|only| only != viewer.role()) {
            return Err(ApiError::WrongRole.into());
        }
        self.rate_limits.sends.acquire(viewer.id())?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move {
            let now = greenroom.now();
            let tx = greenroom.write_for(&viewer).await?;
            let conversation = conversation_of(&tx, &viewer, id).await?.ok_or(ApiError::NotFound)?;
            let mut recorder = EventRecorder::default();
            let booking = greenroom.apply_action(&tx, &viewer, conversation, action, &mut recorder, now).await?;
            recorder.commit(tx, &greenroom.realtime.hub, now).await?;
            Ok(booking)
        })
        .await
    }

    /// Applies an action in one of the viewer's conversations: updates its booking, inserts a message, and records the
    /// events for both people.
    pub(crate) async fn apply_action(
        &self,
        tx: &Transaction,
        viewer: &Viewer,
        conversation: ConversationId,
        action: BookingAction,
        recorder: &mut EventRecorder,
        now: Timestamp,
    ) -> Result<Booking> {
        // Allocating the sequence number locks the conversation, which serialises concurrent actions.
        let row = allocate_seq(tx, viewer, conversation, now).await?;
        let found = BookingRow::select_all().filter(booking::Column::Id.eq(row.booking_id));
        let found = found.into_model::<BookingRow>().one(tx).await?.ok_or(ApiError::NotFound)?;
        let mut booking = found.into_model()?;
        booking.status = booking.status.apply_action(action).ok_or(ApiError::WrongStatus)?;
        booking::Entity::update_many()
            .col_expr(booking::Column::Status, Expr::value(booking.status.as_str()))
            .filter(booking::Column::Id.eq(row.booking_id))
            .exec(tx)
            .await?;
        let sender = active_senders(tx, [viewer.id()]).await?.remove(&viewer.id()).ok_or(ApiError::Unauthenticated)?;
        let recipient = Party::of(viewer).counterpart(&row);
        for person in [viewer.id(), recipient] {
            recorder.record(person, Event::BookingUpdated { booking: booking.clone() });
        }
        let body =
            MessageBody::parse(thread_text(action)).map_err(|field_error| ApiError::for_field("body", field_error))?;
        let new_message = NewMessage {
            draft: MessageDraft::new(conversation, body),
            client_id: generate_client_id(),
            booking: booking.id,
            seq: row.last_seq,
            sender,
            recipient,
            kind: notification_kind(action),
            summary: Some(BookingSummary::from(&booking)),
            booking_status: Some(booking.status),
        };
        insert_messages(tx, vec![new_message], recorder, now).await?;
        Ok(booking)
    }
}

/// Returns the message body of an action, for API clients that ignore the field `step`.
fn thread_text(action: BookingAction) -> &'static str {
    match action {
        BookingAction::Accept => "Accepted the booking.",
        BookingAction::Decline => "Declined the booking.",
        BookingAction::Cancel => "Cancelled the booking.",
    }
}

fn notification_kind(action: BookingAction) -> NotificationKind {
    match action {
        BookingAction::Accept => NotificationKind::BookingAccepted,
        BookingAction::Decline => NotificationKind::BookingDeclined,
        BookingAction::Cancel => NotificationKind::BookingCancelled,
    }
}

async fn conversation_of(tx: &Transaction, viewer: &Viewer, id: BookingId) -> Result<Option<ConversationId>> {
    let own = conversation::Entity::find()
        .filter(conversation::Column::BookingId.eq(id.0))
        .filter(Party::of(viewer).owns(viewer));
    Ok(own.one(tx).await?.map(|row| ConversationId(row.id)))
}

/// Returns the viewer's conversations whose bookings can still be cancelled, in the order in which locks are acquired.
pub(crate) async fn cancellable_bookings(tx: &Transaction, viewer: &Viewer) -> Result<Vec<ConversationId>> {
    let cancellable = BookingStatus::ALL.iter().filter(|status| status.apply_action(BookingAction::Cancel).is_some());
    let about: RelationDef = conversation::Entity::belongs_to(booking::Entity)
        .from(conversation::Column::BookingId)
        .to(booking::Column::Id)
        .into();
    let rows = conversation::Entity::find()
        .join(JoinType::InnerJoin, about)
        .filter(Party::of(viewer).owns(viewer))
        .filter(booking::Column::Status.is_in(cancellable.map(|status| status.as_str())))
        .order_by_asc(conversation::Column::Id)
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| ConversationId(row.id)).collect())
}
