//! Messages: sending them, and reading a conversation's history.

mod batch;
mod history;
mod insert;
mod send;

pub use history::{Messages, Window};
pub(crate) use insert::{NewMessage, active_senders, insert_messages};
pub use send::SendOutcome;
pub(crate) use send::{MessageBatcher, allocate_seq};

use crate::{Error, Result, entity::message};
use model::{BookingId, BookingStatus, ClientId, ConversationId, Message, MessageId, Person, Timestamp};

fn message_of(row: message::Model, booking_id: BookingId, sender: Person) -> Result<Message> {
    Ok(Message {
        id: MessageId(row.id),
        conversation_id: ConversationId(row.conversation_id),
        booking_id,
        seq: row.seq,
        client_id: ClientId(row.client_id),
        sender,
        body: row.body,
        booking_status: parse_status(row.booking_status.as_deref())?,
        created_at: Timestamp::from_millis(row.created_at),
    })
}

/// Parses the booking status stored with a message; `None` if no booking action caused the message.
pub(crate) fn parse_status(stored: Option<&str>) -> Result<Option<BookingStatus>> {
    stored.map(|status| status.parse().map_err(|()| Error::corrupt("booking status"))).transpose()
}
