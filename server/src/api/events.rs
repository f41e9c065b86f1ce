use crate::{caller::SignedIn, input::Pairs, problem::Problem, router::Shared};
use axum::{
    Router,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use futures::stream;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use services::{Follower, Resume};
use std::convert::Infallible;

/// The stream, also under the founding system's name for it.
pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/events", get(follow)).route("/websocket", get(follow))
}

async fn follow(
    State(shared): State<Shared>,
    SignedIn(viewer): SignedIn,
    query: Pairs,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let follower = shared.greenroom.follow(viewer, resume(&headers, &query)).await?;
    let frames = stream::unfold(follower, async |mut follower: Follower| {
        let frame = follower.next().await?;
        Some((Ok::<_, Infallible>(frame), follower))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, Body::from_stream(frames)).into_response())
}

/// Where the client stopped: `Last-Event-ID`, which a browser sends by itself, or else `?after=`.
fn resume(headers: &HeaderMap, query: &Pairs) -> Resume {
    let header = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?"));
    match header.filter(|id| !id.is_empty()).or_else(|| query.text("after")) {
        None => Resume::Live,
        Some(text) => text.trim().parse().map_or(Resume::Unreadable, Resume::After),
    }
}
