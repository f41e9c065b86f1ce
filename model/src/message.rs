//! Messages: their text, their place in the conversation, and the input that posts one.

use crate::{
    api_error::{ApiError, FieldError, Validator},
    booking::BookingStatus,
    id::{BookingId, ClientId, ConversationId, MessageId},
    person::Person,
    text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// Maximum length of a message, in characters (Unicode scalar values).
pub const BODY_LIMIT: usize = 4_000;

/// Text of a message: trimmed, 1 to [`BODY_LIMIT`] characters, no NUL; otherwise as typed.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageBody(String);

impl MessageBody {
    /// Trims the text and validates it.
    pub fn parse(input: &str) -> Result<Self, FieldError> {
        let text = input.trim();
        if text.is_empty() {
            Err(FieldError::BodyEmpty)
        } else if text.contains('\0') {
            Err(FieldError::BodyInvalid)
        } else if text::count_text(text) > BODY_LIMIT {
            Err(FieldError::BodyTooLong)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// Returns the trimmed text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Prints only the length, because the text of people doesn't belong in logs.
impl fmt::Debug for MessageBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageBody({} bytes)", self.0.len())
    }
}

/// A posted message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Unique id (UUIDv7).
    pub id: MessageId,
    /// Conversation that it belongs to.
    pub conversation_id: ConversationId,
    /// Booking that the conversation is about.
    pub booking_id: BookingId,
    /// Number in the conversation: 1, 2, 3, …
    pub seq: i64,
    /// Idempotency key that the sender chose.
    pub client_id: ClientId,
    /// The person who wrote it, or whose action it records.
    pub sender: Person,
    /// Text as typed; for a booking action, a description of it in English.
    pub body: String,
    /// New status of the booking if this entry records a booking action; absent for text that a person wrote.
    #[serde(rename = "step", default, skip_serializing_if = "Option::is_none")]
    pub booking_status: Option<BookingStatus>,
    /// When the server accepted it.
    pub created_at: Timestamp,
}

/// A message to post, not yet validated.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageInput {
    /// Conversation to post to.
    #[schema(value_type = ConversationId, required = true)]
    pub conversation_id: Option<String>,
    /// Text: at least one character that isn't white space, and no NUL. White space around it is trimmed.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 4000, pattern = r"\S")]
    pub body: Option<String>,
    /// Idempotency key, any UUID. If absent, the server generates one, and a retry posts a second message.
    #[schema(value_type = Option<ClientId>)]
    pub client_id: Option<String>,
}

/// A validated message to post.
#[derive(Clone, Debug)]
pub struct MessageDraft {
    /// Conversation to post to.
    pub conversation_id: ConversationId,
    /// Validated text.
    pub body: MessageBody,
    /// The sender's idempotency key, if given.
    pub client_id: Option<ClientId>,
}

impl MessageDraft {
    /// Creates a draft of text alone.
    pub fn new(conversation_id: ConversationId, body: MessageBody) -> Self {
        Self { conversation_id, body, client_id: None }
    }
}

impl MessageInput {
    /// Validates every field and reports all invalid ones at once.
    pub fn parse(self) -> Result<MessageDraft, ApiError> {
        let mut validator = Validator::default();
        let conversation_id =
            validator.check_field("conversationId", text::parse_value(self.conversation_id.as_deref()));
        let body = validator.check_field("body", MessageBody::parse(self.body.as_deref().unwrap_or_default()));
        let client_id = self.client_id.as_deref().map(|id| text::parse_value(Some(id))).transpose();
        match (conversation_id, body, validator.check_field("clientId", client_id)) {
            (Some(conversation_id), Some(body), Some(client_id)) => {
                Ok(MessageDraft { conversation_id, body, client_id })
            }
            _ => Err(validator.into_error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_body_keeps_every_script_and_is_trimmed() {
        let text = "Habari 👋🏾\n\n  مرحبا — <b>&amp;</b>\t\u{200d}";
        assert_eq!(MessageBody::parse(&format!("  {text} \n")).expect("a body").as_str(), text);
    }

    #[test]
    fn message_body_length_is_limited() {
        assert_eq!(MessageBody::parse(" \n "), Err(FieldError::BodyEmpty));
        assert_eq!(MessageBody::parse("a\0b"), Err(FieldError::BodyInvalid));
        assert!(MessageBody::parse(&"é".repeat(BODY_LIMIT)).is_ok());
        assert_eq!(MessageBody::parse(&"é".repeat(BODY_LIMIT + 1)), Err(FieldError::BodyTooLong));
    }

    #[test]
    fn schema_limit_matches_body_constant() {
        let schema = serde_json::to_value(<MessageInput as utoipa::PartialSchema>::schema()).expect("json");
        assert_eq!(schema["properties"]["body"]["maxLength"], BODY_LIMIT);
        assert_eq!(schema["required"], serde_json::json!(["conversationId", "body"]));
    }

    #[test]
    fn message_input_reports_all_field_errors() {
        let input = MessageInput { client_id: Some("x".into()), ..MessageInput::default() };
        let api_error = input.parse().expect_err("three field errors");
        assert_eq!(api_error.field_error("conversationId"), Some(FieldError::Required));
        assert_eq!(api_error.field_error("body"), Some(FieldError::BodyEmpty));
        assert_eq!(api_error.field_error("clientId"), Some(FieldError::Invalid));
        assert_eq!(api_error.code(), "invalid_input");
        assert_eq!(ApiError::for_field("body", FieldError::BodyEmpty).code(), "body_empty");
    }
}
