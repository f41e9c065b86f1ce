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
use model::{Envelope, PersonId};
use serde_json::json;
use services::Resume;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, Ref, RefOr, Schema, schema::Type},
};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The event stream, also under the path of the original system.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(stream_events)).routes(routes!(stream_events_legacy))
}

/// The body of a stream: text, as clients receive it. `contentSchema` leads from it to the schema of the events; JSON
/// Schema defines it for text that contains a document.
enum EventStream {}

impl PartialSchema for EventStream {
    fn schema() -> RefOr<Schema> {
        let logged = Ref::from_schema_name(Envelope::name());
        let other = "The data of `ready`, `heartbeat` and other events that are not in the log.";
        let events = json!({
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": { "type": "string" },
                    "event": { "type": "string" },
                    "data": {
                        "type": "string",
                        "contentMediaType": "application/json",
                        "contentSchema": { "anyOf": [logged, { "type": "object", "description": other }] },
                    },
                },
                "required": ["event", "data"],
            },
        });
        // utoipa has no field for the keyword. It writes extensions as they are, with or without the prefix `x-`.
        let keyword = [("contentSchema", events)].into_iter().collect();
        let text = ObjectBuilder::new().schema_type(Type::String).content_media_type("text/event-stream");
        text.extensions(Some(keyword)).into()
    }
}

impl ToSchema for EventStream {}

/// Stream events
#[utoipa::path(get, path = "/events", tag = "Events", description = include_str!("events.md"),
    params(
        ("after" = Option<String>, Query, description = "The `cursor` of a response: replays all later events."),
        ("person" = Option<PersonId>, Query, description = "The expected person: 401 if another one is signed in."),
        ("Last-Event-ID" = Option<String>, Header, description = "The last received `id:`. Overrides `after`."),
    ),
    responses(
        (status = 200, description = "Events, until either side closes the stream.", body = inline(EventStream),
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

/// Stream events (old path)
///
/// Sends the same events as `GET /api/events`, for clients of the original system. The response is a stream of
/// server-sent events, not a WebSocket.
#[utoipa::path(get, path = "/websocket", tag = "Events",
    params(
        ("after" = Option<String>, Query, description = "As for `/api/events`."),
        ("person" = Option<PersonId>, Query, description = "As for `/api/events`."),
        ("Last-Event-ID" = Option<String>, Header, description = "As for `/api/events`."),
    ),
    responses(
        (status = 200, description = "Events, until either side closes the stream.", body = inline(EventStream),
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

/// The HTTP version, and the way to detach the connection's socket.
type HttpTransport = (Version, Extension<SocketHandoff>);

async fn open_stream(
    state: AppState,
    CurrentViewer(viewer): CurrentViewer,
    query: QueryParams,
    headers: HeaderMap,
    (version, Extension(handoff)): HttpTransport,
) -> Result<Response, Problem> {
    viewer.check_owner(query.get("person"))?;
    // A client that saves data gets no ephemeral events.
    let save_data = headers.get("save-data").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"on"));
    let subscription = state.greenroom.subscribe(&viewer, parse_resume(&headers, &query), save_data).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
        // The connection isn't reused after a stream.
        (header::CONNECTION, HeaderValue::from_static("close")),
    ];
    Ok((headers, handoff.into_body(subscription, version)).into_response())
}

/// Returns the client's cursor: `Last-Event-ID`, which a browser sends when it reconnects, or else `?after=`.
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
        let names = Event::NAMES.iter().copied().chain([TYPING, PRESENCE]);
        let missing: Vec<&str> = names.filter(|name| !text.contains(&format!("`{name}"))).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
