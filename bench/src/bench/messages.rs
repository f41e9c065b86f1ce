//! Messages to send.

use bench::{http_client, people};
use serde_json::json;
use uuid::Uuid;

/// Builds the request that sends a message to the person's conversation. Its body carries a mark (`~`) and the number.
pub(crate) fn message_request(person: usize, number: usize) -> String {
    let message = json!({
        "conversationId": people::conversation_id(person), "clientId": Uuid::new_v4(), "body": message_body(number),
    });
    let cookie = people::session_cookie(person, 0);
    http_client::post_request(
        "/api/messages",
        &[("cookie", &cookie), ("content-type", "application/json")],
        &message.to_string(),
    )
}

/// Returns a message text that begins with the mark and the number.
pub(crate) fn message_body(number: usize) -> String {
    format!("~{number} The band plays from eight to eleven, and the doors open at seven.")
}
