use super::insert::NewMessage;
use crate::{Error, Result, entity::message};
use model::{Booking, BookingId, ClientId, ConversationId, Message, MessageId, Person, PersonId, Timestamp};
use uuid::Uuid;

/// Returns the row of a new message.
pub(super) fn row_of(new_message: &NewMessage, now: Timestamp) -> message::Model {
    message::Model {
        id: Uuid::now_v7(),
        conversation_id: new_message.draft.conversation_id.0,
        seq: new_message.seq,
        sender_id: new_message.sender.id.0,
        client_id: new_message.client_id.0,
        body: new_message.draft.body.as_str().to_owned(),
        created_at: now.millis(),
        booking_status: new_message.booking_status.map(|status| status.as_str().to_owned()),
    }
}

/// Returns the message in a row, whose sender is one of the booking's two parties.
pub(crate) fn message_from_row(row: message::Model, booking: &Booking) -> Result<Message> {
    let sender = booking.find_party(PersonId(row.sender_id)).clone();
    message_of(row, booking.id, sender)
}

/// Returns the message in a row. The only function that builds one, so that every view has all fields.
pub(super) fn message_of(row: message::Model, booking_id: BookingId, sender: Person) -> Result<Message> {
    let booking_status = row.booking_status.as_deref().map(str::parse).transpose();
    Ok(Message {
        id: MessageId(row.id),
        conversation_id: ConversationId(row.conversation_id),
        booking_id,
        seq: row.seq,
        client_id: ClientId(row.client_id),
        sender,
        body: row.body,
        booking_status: booking_status.map_err(|()| Error::corrupt("booking status"))?,
        created_at: Timestamp::from_millis(row.created_at),
    })
}
