use super::limits::check_inquiry_limits;
use crate::{
    Error, Greenroom, Result, Viewer,
    accounts::person_of,
    conversations::ConversationQuery,
    entity::{booking, conversation, message, person},
    error::is_duplicate,
    messages::{NewMessage, generate_client_id, insert_messages},
    realtime::EventRecorder,
    run_to_completion,
    store::Transaction,
};
use model::{
    ApiError, Booking, BookingDraft, BookingId, BookingStatus, BookingSummary, ClientId, Conversation, ConversationId,
    Event, FieldError, MessageDraft, NotificationKind, Person, PersonId, Role, Timestamp,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter,
};
use uuid::Uuid;

impl Greenroom {
    /// Sends a booking inquiry to a talent. Its conversation begins with the draft's message. Idempotent: a retry with
    /// the same client id returns the existing conversation.
    ///
    /// # Errors
    /// `WrongRole` unless the viewer is an organizer; `Invalid` for an unknown talent; `ClientIdReused` if the client
    /// id belongs to another message; `RateLimited`; `InquiryLimit` and `OpenInquiryLimit` if a limit is reached.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn open_booking(&self, viewer: &Viewer, draft: BookingDraft) -> Result<Conversation> {
        if viewer.role() != Role::Organizer {
            return Err(ApiError::WrongRole.into());
        }
        viewer.require_write_scope()?;
        self.rate_limits.sends.acquire(viewer.id())?;
        let (greenroom, viewer) = (self.clone(), viewer.clone());
        run_to_completion(async move { greenroom.open_booking_inner(&viewer, draft).await }).await
    }

    async fn open_booking_inner(&self, viewer: &Viewer, draft: BookingDraft) -> Result<Conversation> {
        let now = self.now();
        // Locks and reads both people: otherwise a concurrent change of a name could be recorded before this booking's
        // events, which carry the old name.
        let (tx, people) = self.write_for_with(viewer, &[viewer.id(), draft.talent_id]).await?;
        let (organizer, talent) = find_parties(people, viewer, draft.talent_id)?;
        match check_inquiry_limits(&tx, organizer.id, talent.id, &self.limits, now).await {
            Err(Error::Api(limit)) => {
                tx.rollback().await;
                return self.find_retry_or(limit, viewer, draft).await;
            }
            checked => checked?,
        }
        let booking = insert_booking(&tx, &organizer, &talent, &draft, now).await?;
        let row = insert_conversation(&tx, &booking, now).await?;
        let mut recorder = EventRecorder::default();
        for (person, counterpart) in [(&organizer, &talent), (&talent, &organizer)] {
            let conversation = empty_conversation(&row, &booking, counterpart, now);
            recorder.record(person.id, Event::ConversationCreated { conversation });
        }
        let client_id = draft.client_id.unwrap_or_else(generate_client_id);
        let new_message = NewMessage {
            draft: MessageDraft::new(ConversationId(row.id), draft.message.clone()),
            client_id,
            booking: booking.id,
            seq: row.last_seq,
            sender: organizer,
            recipient: talent.id,
            kind: NotificationKind::Booking,
            summary: Some(BookingSummary::from(&booking)),
            booking_status: None,
        };
        match insert_messages(&tx, vec![new_message], &mut recorder, now).await {
            Err(Error::Database(error)) if is_duplicate(&error) => {
                tx.rollback().await;
                return self.find_retry(viewer, client_id, &draft).await;
            }
            written => written?,
        };
        let opened = ConversationQuery::of(viewer).find_by_booking(&tx, booking.id).await?;
        recorder.commit(tx, &self.realtime.hub, now).await?;
        Ok(opened.ok_or_else(|| Error::corrupt("booking without a conversation"))?.conversation)
    }
}

impl Greenroom {
    /// Returns the existing conversation if this is a retry, exempt from inquiry limits; otherwise the limit's error.
    async fn find_retry_or(&self, limit: ApiError, viewer: &Viewer, draft: BookingDraft) -> Result<Conversation> {
        let Some(client_id) = draft.client_id else { return Err(limit.into()) };
        match self.find_retry(viewer, client_id, &draft).await {
            Err(Error::Api(ApiError::ClientIdReused)) => Err(limit.into()),
            known => known,
        }
    }

    /// Returns the conversation of an earlier inquiry with the same client id and the same draft.
    ///
    /// # Errors
    /// `ClientIdReused` if the client id belongs to another message or draft.
    async fn find_retry(&self, viewer: &Viewer, client_id: ClientId, draft: &BookingDraft) -> Result<Conversation> {
        // A write transaction, so that its commit waits until that of the first attempt is durable.
        let tx = self.write_for(viewer).await?;
        let sent = message::Entity::find()
            .filter(message::Column::SenderId.eq(viewer.id().0))
            .filter(message::Column::ClientId.eq(client_id.0))
            .one(&tx)
            .await?
            .ok_or(ApiError::ClientIdReused)?;
        let known = ConversationQuery::of(viewer).find(&tx, ConversationId(sent.conversation_id)).await?;
        tx.commit().await?;
        Ok(known
            .map(|known| known.conversation)
            .filter(|known| {
                sent.seq == 1 && sent.body == draft.message.as_str() && matches_draft(draft, &known.booking)
            })
            .ok_or(ApiError::ClientIdReused)?)
    }
}

/// Returns whether a draft equals an existing booking.
fn matches_draft(draft: &BookingDraft, booking: &Booking) -> bool {
    draft.talent_id == booking.talent.id
        && draft.title == booking.title
        && draft.event_date == booking.event_date
        && draft.venue == booking.venue
        && draft.fee == booking.fee
}

fn find_parties(rows: Vec<person::Model>, viewer: &Viewer, talent: PersonId) -> Result<(Person, Person)> {
    let find = |id: PersonId| rows.iter().find(|row| row.id == id.0 && row.deleted_at.is_none()).cloned();
    let organizer = person_of(find(viewer.id()).ok_or(ApiError::Unauthenticated)?)?;
    // The role may have changed since the session was looked up.
    if organizer.role != Role::Organizer {
        return Err(ApiError::WrongRole.into());
    }
    let talent = find(talent)
        .filter(|row| row.email_verified)
        .ok_or_else(|| Error::for_field("talentId", FieldError::Invalid))?;
    let talent = person_of(talent)?;
    if talent.role == Role::Talent {
        Ok((organizer, talent))
    } else {
        Err(Error::for_field("talentId", FieldError::Invalid))
    }
}

async fn insert_booking(
    tx: &Transaction,
    organizer: &Person,
    talent: &Person,
    draft: &BookingDraft,
    now: Timestamp,
) -> Result<Booking> {
    let id = BookingId(Uuid::now_v7());
    let row = booking::ActiveModel {
        id: Set(id.0),
        organizer_id: Set(organizer.id.0),
        talent_id: Set(talent.id.0),
        title: Set(draft.title.clone()),
        event_date: Set(draft.event_date.to_string()),
        venue: Set(draft.venue.clone()),
        fee_amount: Set(draft.fee.amount),
        fee_currency: Set(draft.fee.currency.clone()),
        status: Set(BookingStatus::Inquiry.as_str().to_owned()),
        created_at: Set(now.millis()),
        // The event recorder sets these when it allocates the sequence numbers.
        organizer_event_seq: Set(0),
        talent_event_seq: Set(0),
        search_title: NotSet,
    };
    row.insert(tx).await?;
    Ok(Booking {
        id,
        title: draft.title.clone(),
        event_date: draft.event_date,
        venue: draft.venue.clone(),
        fee: draft.fee.clone(),
        status: BookingStatus::Inquiry,
        organizer: organizer.clone(),
        talent: talent.clone(),
    })
}

/// Inserts the conversation with its first `seq` allocated, like `allocate_seq` does for an existing one.
async fn insert_conversation(tx: &Transaction, booking: &Booking, now: Timestamp) -> Result<conversation::Model> {
    let row = conversation::ActiveModel {
        id: Set(Uuid::now_v7()),
        booking_id: Set(booking.id.0),
        organizer_id: Set(booking.organizer.id.0),
        talent_id: Set(booking.talent.id.0),
        last_seq: Set(1),
        organizer_read_seq: Set(0),
        talent_read_seq: Set(0),
        organizer_seen_seq: Set(0),
        talent_seen_seq: Set(0),
        organizer_delivered_seq: Set(0),
        talent_delivered_seq: Set(0),
        organizer_event_seq: Set(0),
        talent_event_seq: Set(0),
        updated_at: Set(now.millis()),
    };
    Ok(row.insert(tx).await?)
}

/// Returns the conversation as clients see it before its first message.
fn empty_conversation(
    row: &conversation::Model,
    booking: &Booking,
    counterpart: &Person,
    now: Timestamp,
) -> Conversation {
    Conversation {
        id: ConversationId(row.id),
        booking: booking.clone(),
        counterpart: counterpart.clone(),
        last_message: None,
        unread: 0,
        last_seq: 0,
        read_seq: 0,
        counterpart_read_seq: 0,
        counterpart_delivered_seq: 0,
        updated_at: now,
    }
}
