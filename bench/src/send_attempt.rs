//! Sends a message once, as the browser's outbox does.

use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

/// The outcome of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// Stored in the conversation.
    Accepted {
        /// Its sequence number there.
        seq: i64,
        /// Whether an earlier attempt had stored it, whose response was lost.
        is_duplicate: bool,
    },
    /// No response, or a temporary error: try again.
    Retry,
    /// A permanent error.
    Rejected(StatusCode),
}

/// Sends a request once. A response counts only if it arrives completely.
pub async fn try_send(request: RequestBuilder) -> SendOutcome {
    let Ok(response) = request.send().await else { return SendOutcome::Retry };
    let status = response.status();
    match (status, response.json::<Value>().await) {
        (StatusCode::OK | StatusCode::CREATED, Ok(accepted)) => match accepted["message"]["seq"].as_i64() {
            Some(seq) => SendOutcome::Accepted { seq, is_duplicate: status == StatusCode::OK },
            None => SendOutcome::Rejected(status),
        },
        _ if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => SendOutcome::Rejected(status),
        _ => SendOutcome::Retry,
    }
}
