//! Small things people do, and what tests say about them.

use model::{
    ApiError, BookingDraft, BookingInput, ClientId, ConversationId, Day, Message, MessageDraft, MessageInput, Money,
    PersonId, Scope, TokenDraft,
};
use services::{
    Greenroom, Viewer,
    clock::{Clock, SystemClock},
};
use std::time::Duration;
use uuid::Uuid;

/// Long enough for a busy machine, short enough that a test that hangs says so.
const PATIENCE: Duration = Duration::from_secs(30);

/// What comes in the end, as long as that is soon.
pub(crate) async fn with_timeout<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it takes too long")
}

/// The error that a use case was refused with.
#[track_caller]
pub(crate) fn expect_api_error<T>(result: services::Result<T>) -> ApiError {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error.into_api_error(),
    }
}

/// An access token to be made.
pub(crate) fn token_draft(scope: Scope) -> TokenDraft {
    TokenDraft { name: "bot".to_owned(), scope, days: 90 }
}

/// A message to be sent, under a client id of its own.
pub(crate) fn draft(conversation: ConversationId, text: &str) -> MessageDraft {
    draft_as(new_client_id(), conversation, text)
}

/// A message under a given client id.
pub(crate) fn draft_as(client_id: ClientId, conversation: ConversationId, text: &str) -> MessageDraft {
    let input = MessageInput {
        conversation_id: Some(conversation.to_string()),
        body: Some(text.to_owned()),
        client_id: Some(client_id.to_string()),
    };
    input.parse().expect("a message")
}

pub(crate) fn new_client_id() -> ClientId {
    ClientId(Uuid::now_v7())
}

/// Sends a message.
pub(crate) async fn send_text(greenroom: &Greenroom, by: &Viewer, conversation: ConversationId, text: &str) -> Message {
    greenroom.send_message(by, draft(conversation, text)).await.expect("a message is sent").into_message()
}

/// A day that is always ahead.
pub(crate) fn event_day() -> Day {
    SystemClock.now().days_on_earth().1.years_later(1).expect("a day")
}

/// A booking to be asked for.
pub(crate) fn draft_booking(talent: PersonId) -> BookingDraft {
    let input = BookingInput {
        talent_id: Some(talent.to_string()),
        title: Some("Harvest dinner".to_owned()),
        event_date: Some(event_day().to_string()),
        venue: Some("Karura, Nairobi".to_owned()),
        fee: Some(Money { amount: 2_500_000, currency: "KES".to_owned() }),
        message: Some("Are you free that evening?".to_owned()),
        client_id: None,
    };
    input.parse(SystemClock.now()).expect("a booking")
}
