//! A message on its way, as the browser's outbox sees it.

use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

/// What came of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
    /// It stands in the conversation.
    Accepted {
        /// Its place there.
        seq: i64,
        /// It had arrived at an earlier try, whose answer got lost.
        is_duplicate: bool,
    },
    /// No answer, or not now: to be tried again.
    Retry,
    /// A no that stays one.
    Rejected(StatusCode),
}

/// Tries once. An answer is one when it is there to its end.
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
