//! Messages: sending them, and reading back in a thread.

mod history;
mod post;

pub use history::{Messages, Window};
pub use post::Posted;
pub(crate) use post::{Entry, write_down};

use crate::entity::message;
use model::{BookingId, ClientId, ConversationId, Instant, Message, MessageId, Person};

fn message_of(row: message::Model, booking_id: BookingId, sender: Person) -> Message {
    Message {
        id: MessageId(row.id),
        conversation_id: ConversationId(row.conversation_id),
        booking_id,
        seq: row.seq,
        client_id: ClientId(row.client_id),
        sender,
        body: row.body,
        created_at: Instant::from_millis(row.created_at),
    }
}
