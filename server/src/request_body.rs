//! Reads the body of each request before anything else looks at the request. A session is looked up after the last byte:
//! one that is revoked while a body is on its way opens nothing.

use crate::{problem::Problem, router::BODY_LIMIT};
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

/// How long a body may take, from the head on. A client that sends more slowly holds a connection and says nothing.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// Gives the request on with its whole body.
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

/// What is still to come of the body would be taken for the next request.
fn refuse_and_close(problem: Problem) -> Response {
    ([(header::CONNECTION, HeaderValue::from_static("close"))], problem).into_response()
}
