//! A message on its way, as the browser's outbox sees it.

use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

/// What came of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It stands in the conversation.
    Taken {
        /// Its place there.
        seq: i64,
        /// It had arrived at an earlier try, whose answer got lost.
        before: bool,
    },
    /// No answer, or not now: to be tried again.
    Later,
    /// A no that stays one.
    Never(StatusCode),
}

/// Tries once. An answer is one when it is there to its end.
pub async fn attempt(request: RequestBuilder) -> Answer {
    let Ok(answer) = request.send().await else { return Answer::Later };
    let status = answer.status();
    match (status, answer.json::<Value>().await) {
        (StatusCode::OK | StatusCode::CREATED, Ok(taken)) => match taken["message"]["seq"].as_i64() {
            Some(seq) => Answer::Taken { seq, before: status == StatusCode::OK },
            None => Answer::Never(status),
        },
        _ if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => Answer::Never(status),
        _ => Answer::Later,
    }
}
