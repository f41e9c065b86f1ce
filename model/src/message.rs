//! Messages.

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

/// Characters (Unicode scalar values) a message may have.
pub const BODY_LIMIT: usize = 4_000;

/// The text of a message: trimmed, 1 to [`BODY_LIMIT`] characters, no NUL; otherwise as typed.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageBody(String);

impl MessageBody {
    /// Checks and trims.
    pub fn parse(input: &str) -> Result<Self, FieldError> {
        let text = input.trim();
        if text.is_empty() {
            Err(FieldError::BodyEmpty)
        } else if text.contains('\0') {
            Err(FieldError::BodyInvalid)
        } else if text.chars().count() > BODY_LIMIT {
            Err(FieldError::BodyTooLong)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// What people write doesn't belong in logs.
impl fmt::Debug for MessageBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageBody({} bytes)", self.0.len())
    }
}

/// A message as it stands in its conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Which.
    pub id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// The booking it is about.
    pub booking_id: BookingId,
    /// Its place in the conversation: 1, 2, 3, …
    pub seq: i64,
    /// The sender's own id for it.
    pub client_id: ClientId,
    /// Who wrote it.
    pub sender: Person,
    /// The text, as typed; of a step, what happened in English.
    pub body: String,
    /// The step that this line tells of, by where it led; nothing for what somebody wrote.
    #[serde(rename = "step", default, skip_serializing_if = "Option::is_none")]
    pub booking_status: Option<BookingStatus>,
    /// When the server took it.
    pub created_at: Timestamp,
}

/// A message as it arrives, unchecked.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageInput {
    /// Where to.
    #[schema(value_type = ConversationId, required = true)]
    pub conversation_id: Option<String>,
    /// What: at least one character that is not white space, and no NUL. White space around it is cut off.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 4000, pattern = r"\S")]
    pub body: Option<String>,
    /// The sender's own id for it, any UUID. Left out, the server mints one, and a retry can't be told from a
    /// new message.
    #[schema(value_type = Option<ClientId>)]
    pub client_id: Option<String>,
}

/// A message that may be sent.
#[derive(Clone, Debug)]
pub struct MessageDraft {
    /// Where to.
    pub conversation_id: ConversationId,
    /// What.
    pub body: MessageBody,
    /// The sender's own id for it, if they gave one.
    pub client_id: Option<ClientId>,
}

impl MessageInput {
    /// Checks every field and names all that are at fault.
    pub fn parse(self) -> Result<MessageDraft, ApiError> {
        let mut validator = Validator::default();
        let conversation_id = validator.field("conversationId", text::parse_value(self.conversation_id.as_deref()));
        let body = validator.field("body", MessageBody::parse(self.body.as_deref().unwrap_or_default()));
        let client_id = self.client_id.as_deref().map(|id| text::parse_value(Some(id))).transpose();
        match (conversation_id, body, validator.field("clientId", client_id)) {
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
        let api_error = input.parse().expect_err("three faults");
        assert_eq!(api_error.field_error("conversationId"), Some(FieldError::Required));
        assert_eq!(api_error.field_error("body"), Some(FieldError::BodyEmpty));
        assert_eq!(api_error.field_error("clientId"), Some(FieldError::Invalid));
        assert_eq!(api_error.code(), "invalid_input");
        assert_eq!(ApiError::field("body", FieldError::BodyEmpty).code(), "body_empty");
    }
}
