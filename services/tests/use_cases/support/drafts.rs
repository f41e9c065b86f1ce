//! Shorthands for common inputs and assertions.

use model::{
    ApiError, BookingDraft, BookingInput, ClientId, ConversationId, Day, Message, MessageDraft, MessageInput, Money,
    NewPassword, PersonId, Scope, TokenDraft,
};
use services::{
    Greenroom, Viewer,
    accounts::Password,
    clock::{Clock, SystemClock},
};
use uuid::Uuid;

/// Returns the error with which a use case was refused.
#[track_caller]
pub(crate) fn expect_api_error<T>(result: services::Result<T>) -> ApiError {
    match result {
        Ok(_) => panic!("expected a refusal"),
        Err(error) => error.into_api_error(),
    }
}

/// Creates a password as it is typed to sign in or to confirm an action.
pub(crate) fn to_password(text: &str) -> Password {
    Password::new(text.to_owned())
}

/// Creates a password that a person chooses.
pub(crate) fn to_new_password(text: &str) -> NewPassword {
    NewPassword::parse(Some(text)).expect("a password")
}

/// Creates the input for an access token.
pub(crate) fn token_draft(scope: Scope) -> TokenDraft {
    TokenDraft { name: "bot".to_owned(), scope, days: 90 }
}

/// Creates a message to be sent, with a new client id.
pub(crate) fn draft(conversation: ConversationId, text: &str) -> MessageDraft {
    draft_as(new_client_id(), conversation, text)
}

/// Creates a message with a given client id.
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

/// Sends a message and returns it.
pub(crate) async fn send_text(greenroom: &Greenroom, by: &Viewer, conversation: ConversationId, text: &str) -> Message {
    greenroom.send_message(by, draft(conversation, text)).await.expect("a message is sent").into_message()
}

/// Returns a day that is always in the future.
pub(crate) fn event_day() -> Day {
    SystemClock.now().days_on_earth().1.years_later(1).expect("a day")
}

/// Creates the input for a booking.
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
