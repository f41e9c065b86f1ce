//! Buffers the body of each request before the session is looked up, so that a session that is revoked while the body
//! is being sent grants nothing.

use crate::problem::Problem;
use axum::{
    body::{Body, HttpBody},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::time::Duration;
use tokio::time::timeout;

/// The longest request body, in bytes.
pub(crate) const BODY_LIMIT: usize = 64 * 1024;
/// Timeout of a body, from the end of the request head. A slower client would only hold a connection.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// Replaces the request's body by a buffered one; refuses one that is too large, truncated or late.
pub(crate) async fn buffer_body(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match timeout(BODY_TIMEOUT, Limited::new(body, BODY_LIMIT).collect()).await {
        Ok(Ok(whole)) => next.run(Request::from_parts(parts, Body::from(whole.to_bytes()))).await,
        Ok(Err(error)) if error.is::<LengthLimitError>() => refuse_and_close(Problem::TOO_LARGE),
        Ok(Err(_)) => refuse_and_close(Problem::UNREADABLE_BODY),
        Err(_) => refuse_and_close(Problem::BODY_TIMEOUT),
    }
}

/// Closes the connection with the response: the rest of the body would be parsed as the next request.
fn refuse_and_close(problem: Problem) -> Response {
    ([(header::CONNECTION, HeaderValue::from_static("close"))], problem).into_response()
}
