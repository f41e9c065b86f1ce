use crate::{
    document::refusals::TooManyStreams, input::Pairs, middleware::auth::CurrentViewer, problem::Problem,
    state::AppState, wire::Handover,
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
    OpenApiRouter::default().routes(routes!(events)).routes(routes!(websocket))
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
async fn events(
    State(state): State<AppState>,
    signed_in: CurrentViewer,
    query: Pairs,
    headers: HeaderMap,
    way: Way,
) -> Result<Response, Problem> {
    follow(state, signed_in, query, headers, way).await
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
async fn websocket(
    State(state): State<AppState>,
    signed_in: CurrentViewer,
    query: Pairs,
    headers: HeaderMap,
    way: Way,
) -> Result<Response, Problem> {
    follow(state, signed_in, query, headers, way).await
}

/// How the answer will go out.
type Way = (Version, Extension<Handover>);

async fn follow(
    state: AppState,
    CurrentViewer(viewer): CurrentViewer,
    query: Pairs,
    headers: HeaderMap,
    (version, Extension(handover)): Way,
) -> Result<Response, Problem> {
    // Whoever saves data wants messages, and nothing that only passes by.
    viewer.check_owner(query.text("person"))?;
    let save_data = headers.get("save-data").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"on"));
    let subscription = state.greenroom.subscribe(&viewer, resume(&headers, &query), save_data).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
        // Nothing comes after a stream.
        (header::CONNECTION, HeaderValue::from_static("close")),
    ];
    Ok((headers, handover.body(subscription, version)).into_response())
}

/// Where the client stopped: `Last-Event-ID`, which a browser sends by itself, or else `?after=`.
fn resume(headers: &HeaderMap, query: &Pairs) -> Resume {
    let header = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?"));
    match header.filter(|id| !id.is_empty()).or_else(|| query.text("after")) {
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
    fn every_event_is_told_of() {
        let told = include_str!("events.md");
        let names = Event::NAMES.into_iter().chain([TYPING, PRESENCE]);
        let missing: Vec<&str> = names.filter(|name| !told.contains(&format!("`{name}"))).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
