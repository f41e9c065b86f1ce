use crate::{
    input::QueryParams, middleware::auth::CurrentViewer, openapi::errors::TooManyStreams, problem::Problem,
    sse_socket::SocketHandoff, state::AppState,
};
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Version, header};
use model::PersonId;
use services::Resume;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The stream, also under the founding system's name for it.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(stream_events)).routes(routes!(stream_events_legacy))
}

/// Follow what happens
#[utoipa::path(get, path = "/events", tag = "Events", description = include_str!("events.md"),
    params(
        ("after" = Option<String>, Query, description = "The `cursor` of an answer: everything after it comes."),
        ("person" = Option<PersonId>, Query, description = "Whose stream it shall be: 401 where somebody else is signed in."),
        ("Last-Event-ID" = Option<String>, Header, description = "The last `id:` seen. It wins over `after`."),
    ),
    responses(
        (status = 200, description = "Events, until either side ends it.", body = String,
            content_type = "text/event-stream"),
        TooManyStreams,
    ))]
async fn stream_events(
    State(state): State<AppState>,
    signed_in: CurrentViewer,
    query: QueryParams,
    headers: HeaderMap,
    transport: HttpTransport,
) -> Result<Response, Problem> {
    open_stream(state, signed_in, query, headers, transport).await
}

/// Follow what happens, under its old name
///
/// The same as `/api/events`, and no WebSocket.
#[utoipa::path(get, path = "/websocket", tag = "Events",
    params(
        ("after" = Option<String>, Query, description = "As there."),
        ("person" = Option<PersonId>, Query, description = "As there."),
        ("Last-Event-ID" = Option<String>, Header, description = "As there."),
    ),
    responses(
        (status = 200, description = "Events, until either side ends it.", body = String,
            content_type = "text/event-stream"),
        TooManyStreams,
    ))]
async fn stream_events_legacy(
    State(state): State<AppState>,
    signed_in: CurrentViewer,
    query: QueryParams,
    headers: HeaderMap,
    transport: HttpTransport,
) -> Result<Response, Problem> {
    open_stream(state, signed_in, query, headers, transport).await
}

/// How the answer will go out.
type HttpTransport = (Version, Extension<SocketHandoff>);

async fn open_stream(
    state: AppState,
    CurrentViewer(viewer): CurrentViewer,
    query: QueryParams,
    headers: HeaderMap,
    (version, Extension(handoff)): HttpTransport,
) -> Result<Response, Problem> {
    // Whoever saves data wants messages, and nothing that only passes by.
    viewer.check_owner(query.get("person"))?;
    let save_data = headers.get("save-data").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"on"));
    let subscription = state.greenroom.subscribe(&viewer, parse_resume(&headers, &query), save_data).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
        // Nothing comes after a stream.
        (header::CONNECTION, HeaderValue::from_static("close")),
    ];
    Ok((headers, handoff.into_body(subscription, version)).into_response())
}

/// Where the client stopped: `Last-Event-ID`, which a browser sends by itself, or else `?after=`.
fn parse_resume(headers: &HeaderMap, query: &QueryParams) -> Resume {
    let header = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?"));
    match header.filter(|id| !id.is_empty()).or_else(|| query.get("after")) {
        None => Resume::Live,
        Some(text) => text.trim().parse().map_or(Resume::Invalid, Resume::After),
    }
}

#[cfg(test)]
mod tests {
    use model::{
        Event,
        ephemeral::{PRESENCE, TYPING},
    };

    #[test]
    fn every_event_is_documented() {
        let text = include_str!("events.md");
        let names = Event::NAMES.into_iter().chain([TYPING, PRESENCE]);
        let missing: Vec<&str> = names.filter(|name| !text.contains(&format!("`{name}"))).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
